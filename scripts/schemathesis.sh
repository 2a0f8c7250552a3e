#!/usr/bin/env bash
# Asks a demo server everything that the description of its API allows, and much that it does not, as each role and with a token:
# no answer may be a 5xx or differ from the description. Usage: scripts/schemathesis.sh PARLANCE [EXAMPLES per operation]
set -euo pipefail

parlance="$1"
examples="${2:-20}"
version=4.32.5
home="${PARLANCE_CACHE:-$HOME/.cache/parlance}/schemathesis-$version"

if [ ! -x "$home/bin/python3" ] || ! "$home/bin/python3" -c 'import schemathesis' 2>/dev/null; then
    command -v python3 >/dev/null || { echo "no python3: the API's description is not tested" >&2; exit 1; }
    echo "Installing schemathesis $version" >&2
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi

work="$(mktemp -d)"
server=
stop() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap stop EXIT

port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
url="http://127.0.0.1:$port"
(cd "$work" && exec env DATABASE_URL="sqlite://$work/demo.db" PARLANCE_ADDR="127.0.0.1:$port" RUST_LOG=warn "$parlance" serve --demo) \
    >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    curl --silent --fail "$url/readyz" >/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.1
done

# The sign-in page offers each member of the demo, with the role behind the name.
members="$(curl --silent "$url/login" | python3 -c '
import html, re, sys
page = re.sub(r"<!.*?>", "", sys.stdin.read(), flags=re.S)
seen = set()
for user, role in re.findall(r"name=\"member\" value=\"([0-9a-f-]+)\".*?<small>(.*?)</small>", page, flags=re.S):
    role = html.unescape(role)
    if role not in seen:
        seen.add(role)
        print(user, role)
')"
[ -n "$members" ] || { echo "the sign-in page offers nobody" >&2; exit 1; }

sign_in() {
    curl --silent --output /dev/null --dump-header - --header "Origin: $url" --data "member=$1" "$url/demo/sign-in" \
        | sed -n 's/^set-cookie: \(parlance_session=[^;]*\).*/\1/Ip'
}

# ignored_auth takes the declared credentials away and leaves the header that is given here; tests of the server hold it.
failed=0
try() {
    local who="$1"
    shift
    echo "==> $who" >&2
    # It keeps a cache where it runs.
    (cd "$work" && "$home/bin/python3" -m schemathesis.cli run "$url/api/v1/openapi.json" --checks all \
        --exclude-checks ignored_auth,positive_data_acceptance --max-examples "$examples" --continue-on-failure \
        --generation-database none --seed 1 --workers 2 "$@") || failed=1
}

owner=
while read -r user role; do
    cookie="$(sign_in "$user")"
    slug="$(curl --silent --output /dev/null --dump-header - --header "Cookie: $cookie" "$url/" | sed -n 's|^location: /w/\([^/]*\)/.*|\1|Ip' | tr -d '\r')"
    # The Owner's turn comes last: nobody is left as they were afterwards.
    if [ "$role" = Owner ]; then owner="$cookie"; continue; fi
    try "$role" --header "Cookie: $cookie" --header "X-Workspace-Id: $slug" --header "Origin: $url"
done <<<"$members"
token="$(curl --silent --header "Cookie: $owner" --header "X-Workspace-Id: $slug" --header "Origin: $url" \
    "$url/api/v1/admin/team/permissions" | python3 -c '
import json, sys
owner = json.load(sys.stdin)["roles"][0]
print(json.dumps({"name": "schemathesis", "permissions": owner["permissions"]}))' \
    | curl --silent --header "Cookie: $owner" --header "X-Workspace-Id: $slug" --header "Origin: $url" \
        --header "Content-Type: application/json" --data @- "$url/api/v1/tokens" \
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["secret"])')"
try "Token" --header "Authorization: Bearer $token" --header "X-Workspace-Id: $slug"
try "Owner" --header "Cookie: $owner" --header "X-Workspace-Id: $slug" --header "Origin: $url"
if grep -i 'panick' "$work/server.log" >&2; then failed=1; fi
exit "$failed"
