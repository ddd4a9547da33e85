//! What the program prints.

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::args::{Args, Backend, Way};
use crate::client::Seen;
use crate::echo::Echoed;

/// What came of one server.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    backend: &'static str,
    way: &'static str,
    connections: usize,
    seconds: usize,
    echoes: usize,
    errors: usize,
    /// As the server counted, which has nothing to do with how the client did.
    server_echoes: u64,
    server_errors: u64,
    /// Microseconds that an echo took: half of them at most, 99 and 99.9 of a hundred, and all.
    took_us: [u32; 4],
    /// Bytes for each connection: what the memory of the process grew by.
    server_bytes: Option<u64>,
    client_bytes: Option<u64>,
}

impl Row {
    pub(crate) fn new(
        backend: Backend,
        way: Way,
        args: &Args,
        seen: Seen,
        echoed: Echoed,
        [server_bytes, client_bytes]: [Option<u64>; 2],
    ) -> Self {
        Self {
            backend: backend.name(),
            way: way.name(),
            connections: args.connections,
            seconds: args.seconds,
            echoes: seen.echoes,
            errors: seen.errors,
            server_echoes: echoed.echoes.into_inner(),
            server_errors: echoed.errors.into_inner(),
            took_us: seen.took,
            server_bytes,
            client_bytes,
        }
    }

    fn cells(&self) -> Vec<String> {
        let bytes =
            |bytes: Option<u64>| bytes.map_or("unknown".to_owned(), |bytes| bytes.to_string());
        let errors = self.errors as u64 + self.server_errors;
        let mut cells = vec![self.backend.to_owned(), self.way.to_owned()];
        cells.extend([self.echoes.to_string(), errors.to_string()]);
        cells.extend(self.took_us.map(|us| format!("{:.2}", f64::from(us) / 1000.0)));
        cells.extend([bytes(self.server_bytes), bytes(self.client_bytes)]);
        cells
    }
}

pub(crate) fn json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(rows).expect("rows are plain data")
}

pub(crate) fn table(rows: &[Row], args: &Args) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header([
        "backend",
        "server",
        "echoes",
        "errors",
        "ms: median",
        "99 %",
        "99.9 %",
        "most",
        "bytes a connection: server",
        "client",
    ]);
    for row in rows {
        table.add_row(row.cells());
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let Args { connections, seconds, .. } = args;
    format!(
        "{connections} connections, each of which echoes once a second, for {seconds} s.\n{table}"
    )
}
