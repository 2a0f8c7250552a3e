#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; installs Debian's package where that is possible.
set -euo pipefail

find_chromium() {
    local candidate
    for candidate in "${PARLANCE_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" 2>/dev/null; then return 0; fi
    done
    # macOS keeps it outside PATH.
    for candidate in "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -x "$candidate" ]; then echo "$candidate"; return 0; fi
    done
    return 1
}

find_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-liberation; } >&2 </dev/null
    find_chromium && exit 0
fi
echo "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium) or set PARLANCE_CHROMIUM to its path." >&2
exit 1
