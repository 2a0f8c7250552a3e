//! The build: `cargo xtask help` lists what it can do.

mod browser;
mod build;
mod cargo;
mod paths;
mod postgres;
mod release;
mod site;
mod steps;
mod test;

use anyhow::{Result, bail};
use build::Mode;

const HELP: &str = "\
cargo xtask <command>

  build [--quick | --release] [--wasm-opt]   the browser part, then the server with it inside
  site  [--quick | --release] [--wasm-opt]   only the browser part; prints its sizes
  lint                                       formatting and clippy, native and wasm
  test [PART..]                              lint, rust, browser: all of them, or the parts named
  release [--aws]                            dist/parlance, the optimised single binary; with master keys at AWS
  bench [ARGS..]                             the measurements, release build
  bench-data [ARGS..]                        the workspace of the measurement `query`, kept in the cache
  chaos [ARGS..]                             kill -9 under load, quick build
  pg [COMMAND..]                             a private PostgreSQL (TEST_PG_URL) while COMMAND runs, or until Ctrl-C";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if let Err(error) = run(&words) {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn run(words: &[&str]) -> Result<()> {
    let Some((command, rest)) = words.split_first() else {
        println!("{HELP}");
        return Ok(());
    };
    match *command {
        "build" => {
            let (mode, wasm_opt) = options(rest)?;
            build::all(mode, wasm_opt).map(|_| ())
        }
        "site" => {
            let (mode, wasm_opt) = options(rest)?;
            let site = site::build(mode, wasm_opt)?;
            site.print_sizes();
            Ok(())
        }
        "lint" => test::lint(),
        "test" => test::run_all(rest),
        "release" => release::dist(rest),
        "bench" => release::bench(rest),
        "bench-data" => release::bench_data(rest),
        "chaos" => release::chaos(rest),
        "pg" => postgres::hold(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("no command `{other}`\n\n{HELP}"),
    }
}

fn options(words: &[&str]) -> Result<(Mode, bool)> {
    let mut mode = Mode::Quick;
    let mut wasm_opt = false;
    for word in words {
        match *word {
            "--quick" => mode = Mode::Quick,
            "--release" => mode = Mode::Release,
            "--wasm-opt" => wasm_opt = true,
            other => bail!("no option `{other}`\n\n{HELP}"),
        }
    }
    Ok((mode, wasm_opt))
}
