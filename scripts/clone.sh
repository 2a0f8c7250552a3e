#!/usr/bin/env bash
# Clones share a target folder, and cargo tells whether a crate of ours is fresh by its place in the workspace and by times:
# it would take what another clone built later for the result of this one's sources. So whoever comes after another clone
# forgets what was built of our own crates; dependencies stay.
set -euo pipefail
target="$1"
here="$(pwd -P)"
mkdir -p "$target"
if [ "$(cat "$target/clone" 2>/dev/null)" != "$here" ]; then
    for crate in $(sed -n 's/^members = \[\(.*\)\]/\1/p' Cargo.toml | tr -d '",'); do
        name="$(sed -n 's/^name = "\(.*\)"/\1/p' "$crate/Cargo.toml" | head -n 1)"
        find "$target" -maxdepth 4 -type d -path "*/.fingerprint/$name-*" -prune -exec rm -rf {} +
    done
    printf '%s\n' "$here" > "$target/clone"
fi
