//! How the matrix looks.

use std::io::{self, Write};

use crate::matrix::{Line, Matrix, Row};

/// Wide enough for `FAILED 20000 ms`.
const CELL: usize = 16;

pub(crate) fn json(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, rows)?;
    writeln!(out)
}

pub(crate) fn head(out: &mut impl Write, matrix: &Matrix) -> io::Result<()> {
    write!(out, "{:<5}", "law")?;
    for name in &matrix.backends {
        write!(out, "{name:<CELL$}")?;
    }
    writeln!(out)
}

pub(crate) fn line(out: &mut impl Write, line: &Line) -> io::Result<()> {
    write!(out, "{:<5}", line.id)?;
    for row in &line.rows {
        let mark = match row.outcome {
            "passed" => "ok",
            "failed" => "FAILED",
            _ => "HUNG",
        };
        let cell = format!("{mark} {} ms", row.ms);
        write!(out, "{cell:<CELL$}")?;
    }
    writeln!(out, "{}", line.sentence)?;
    out.flush()
}

pub(crate) fn foot(out: &mut impl Write, matrix: &Matrix, rows: &[Row]) -> io::Result<()> {
    let broken: Vec<&Row> = rows.iter().filter(|row| row.outcome != "passed").collect();
    for row in &broken {
        let sentence = matrix.laws.iter().find(|law| law.id == row.law).map(|law| law.sentence);
        writeln!(out, "\n{} on {}: {}", row.law, row.backend, row.outcome)?;
        writeln!(out, "  law:  {}", sentence.unwrap_or_default())?;
        writeln!(out, "  seen: {}", row.detail.replace('\n', "\n        "))?;
    }
    writeln!(
        out,
        "\n{} x {}: {} passed, {} failed",
        plural(matrix.laws.len(), "law"),
        plural(matrix.backends.len(), "backend"),
        rows.len() - broken.len(),
        broken.len()
    )
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
