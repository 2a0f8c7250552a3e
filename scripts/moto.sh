#!/usr/bin/env bash
# Prints the path of moto's server, a stand-in for AWS; installs it into a virtual environment of its own where it is missing.
set -euo pipefail

version=5.1.22
home="${PARLANCE_CACHE:-$HOME/.cache/parlance}/moto-$version"

if [ -x "$home/bin/moto_server" ]; then echo "$home/bin/moto_server"; exit 0; fi
command -v python3 >/dev/null || { echo "no python3: AWS is not tested" >&2; exit 1; }
echo "Installing moto $version for the tests" >&2
# Built beside its place and then moved there, so that half an installation is never taken for one.
part="$home.part.$$"
trap 'rm -rf "$part"' EXIT
rm -rf "$home"
python3 -m venv "$part" >&2 || { echo "python3 makes no virtual environments (Debian, Ubuntu: apt-get install python3-venv): AWS is not tested" >&2; exit 1; }
"$part/bin/pip" install --quiet --disable-pip-version-check "moto[server,kms,secretsmanager,s3]==$version" >&2 \
    || { echo "pip cannot install moto: AWS is not tested" >&2; exit 1; }
# The programs name the folder that they were installed in: moto is started through the interpreter instead.
mv "$part" "$home"
cat >"$home/bin/moto_server" <<EOF
#!/usr/bin/env bash
exec "$home/bin/python3" -m moto.server "\$@"
EOF
chmod +x "$home/bin/moto_server"
echo "$home/bin/moto_server"
