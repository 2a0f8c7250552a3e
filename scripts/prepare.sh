#!/usr/bin/env bash
# Checks what a build needs and adds what rustup can add.
set -euo pipefail

missing=()
command -v git >/dev/null || missing+=("git")
command -v cc >/dev/null || missing+=("a C compiler (Debian, Ubuntu: apt-get install build-essential; macOS: xcode-select --install)")
command -v cargo >/dev/null || missing+=("rustup (https://rustup.rs)")
if [ "${#missing[@]}" -gt 0 ]; then
    for name in "${missing[@]}"; do echo "Missing: $name" >&2; done
    exit 1
fi

# Without rustup (a distribution's own Rust) nothing can be added: the build says what it misses.
command -v rustup >/dev/null || exit 0

channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
if ! cargo --version >/dev/null 2>&1; then
    echo "Installing Rust $channel"
    rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy --no-self-update
fi
if ! rustup target list --installed | grep -qx wasm32-unknown-unknown; then
    echo "Adding the wasm32-unknown-unknown target"
    rustup target add wasm32-unknown-unknown
fi
