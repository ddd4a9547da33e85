//! Bad input: one clear line, exit code 2, and no backtrace.

use crate::program::fetch;

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    for (args, word) in [
        ("--limit 0", "--limit"),
        ("--limit many", "--limit"),
        ("--pages 0", "--pages"),
        ("--pages -1", "-1"),
        ("--pages 99999999999999999999999", "--pages"),
        ("--latency fast", "--latency"),
        ("--latency 200", "unit"),
        ("--timeout 0s", "--timeout"),
        ("--backend goroutines", "`goroutines`"),
        ("--backend", "--backend"),
        ("--url", "--url"),
        ("--url nonsense", "http://"),
        ("--url http://", "http://"),
        ("--url https://127.0.0.1/", "https is not supported"),
        ("--url http://127.0.0.1:99999/", "port"),
        ("--url http://127.0.0.1/ --pages 3", "cannot be used with"),
        ("--failing 15 --hanging 15", "--failing and --hanging"),
        ("--fast", "--fast"),
        ("all", "all"),
    ] {
        let output = fetch(args);
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "`{args}`: {line}");
        assert_eq!(line.lines().count(), 1, "`{args}`: {line}");
        assert!(line.starts_with("fetch: ") && line.contains(word), "`{args}`: {line}");
        assert_eq!(output.stdout, b"", "`{args}`");
    }
}
