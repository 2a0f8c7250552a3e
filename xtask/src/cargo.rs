//! Cargo and other programs, started the same way everywhere.

use std::{io::IsTerminal, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::paths;

/// A cargo command in the workspace.
///
/// `cargo run`, which started this program, leaves variables behind that build scripts (ring's, for one) watch: with
/// them every switch between `cargo build` and `cargo xtask` would compile those crates again.
pub fn cargo(subcommand: &str) -> Result<Command> {
    let mut command = Command::new("cargo");
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target()?);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let left_behind = name.starts_with("CARGO_PKG_")
            || matches!(
                &*name,
                "CARGO"
                    | "CARGO_BIN_NAME"
                    | "CARGO_CRATE_NAME"
                    | "CARGO_MANIFEST_DIR"
                    | "CARGO_MANIFEST_PATH"
                    | "CARGO_PRIMARY_PACKAGE"
                    | "OUT_DIR"
            );
        if left_behind {
            command.env_remove(&*name);
        }
    }
    command.arg(subcommand);
    Ok(command)
}

/// Like [`cargo`], for the steps whose list of compiled crates only interests somebody who watches.
pub fn quiet_cargo(subcommand: &str) -> Result<Command> {
    let mut command = cargo(subcommand)?;
    if !std::io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    Ok(command)
}

/// Runs to the end; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs a helper of `scripts/` and gives back the last line that it printed.
pub fn script(name: &str) -> Result<String> {
    let path = paths::root().join("scripts").join(name);
    let output = Command::new(&path)
        .stderr(std::process::Stdio::inherit())
        .stdin(std::process::Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", path.display()))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.lines().last() {
        Some(line) if output.status.success() => Ok(line.to_owned()),
        _ => bail!("{name} found nothing"),
    }
}

/// Whether a program of this name is on PATH.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| Path::new(&dir).join(program).is_file()))
}

fn show(command: &Command) -> String {
    let mut shown = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        shown.push(' ');
        shown.push_str(&arg.to_string_lossy());
    }
    shown
}
