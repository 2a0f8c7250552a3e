//! The one process of Parlance.

fn main() -> std::process::ExitCode {
    server::main()
}
