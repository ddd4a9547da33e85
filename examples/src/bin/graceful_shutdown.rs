//! The pattern `graceful_shutdown` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::http;
use anyrt_examples::page_url::PageUrl;
use anyrt_examples::patterns::graceful_shutdown::serve_until;
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await?;
        let address = listener.local_addr()?;
        let requests = [1, 2, 3, 60, 60].map(|seconds| format!("http://{address}/{seconds}"));
        let requests = requests.map(|url| async move {
            let url: PageUrl = url.parse()?;
            http::get(&url).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        let stop = anyrt::sleep(SECOND * 3 / 2);
        let server = async move { serve_until(listener, stop, SECOND * 2, SECOND).await };
        let (tally, _answers) = anyrt::join((server, anyrt::gather(requests))).await?;
        Ok(format!("told to stop after 1.5 s, with 2 s to finish: {:?}", tally?))
    })
}
