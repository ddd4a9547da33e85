//! An axum service, which knows nothing of anyrt.

use std::io;

use anyrt_hyper::HyperIo;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, client, server};
use hyper_util::service::TowerToHyperService;

use crate::{Group, each_backend, local};

async fn greet(Path(name): Path<String>) -> String {
    // Its handlers may use anyrt, on whichever backend this is.
    anyrt::sleep(std::time::Duration::from_millis(1)).await;
    format!("hello {name}")
}

async fn served() -> io::Result<()> {
    let router = Router::new().route("/hello/{name}", get(greet));
    let listener = anyrt::net::listen(local()).await?;
    let address = listener.local_addr()?;
    let served = anyrt::task_group(async |group: Group| {
        group.spawn(async move {
            let (stream, _) = listener.accept().await?;
            let service = TowerToHyperService::new(router);
            let http = server::conn::http1::Builder::new();
            http.serve_connection(HyperIo::new(stream), service).await.map_err(io::Error::other)
        });
        let stream = HyperIo::new(anyrt::net::connect(address).await?);
        let (mut sender, connection) =
            client::conn::http1::handshake(stream).await.map_err(io::Error::other)?;
        group.spawn(async { connection.await.map_err(io::Error::other) });
        for (path, status, text) in
            [("/hello/ann", StatusCode::OK, "hello ann"), ("/bye", StatusCode::NOT_FOUND, "")]
        {
            sender.ready().await.map_err(io::Error::other)?;
            let request = Request::get(path).header("host", "here").body(Empty::<Bytes>::new());
            let response = sender.send_request(request.expect("a request")).await;
            let response = response.map_err(io::Error::other)?;
            assert_eq!(response.status(), status, "{path}");
            let body = response.into_body().collect().await.map_err(io::Error::other)?;
            assert_eq!(body.to_bytes(), text, "{path}");
        }
        Ok(())
    });
    served.await.map_err(io::Error::other)
}

#[test]
fn an_axum_service_runs_on_every_backend() {
    each_backend(served);
}
