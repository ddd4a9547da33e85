//! What the program `fetch`, and the library function behind it, must do.

mod bad_input;
mod library;
mod program;
mod within;
