#!/bin/sh
# Compiles the development in a scratch folder and prints what its theorems assume.
# Needs Debian's coq and libcoq-coquelicot. Usage: sh check.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
cp "$here"/*.v .
files=$(grep '\.v$' "$here/_CoqProject")
for f in $files; do
	coqc -q -w -ambiguous-paths -R . Edgewise "$f"
done
{
	for f in $files; do echo "From Edgewise Require ${f%.v}."; done
	printf 'Definition audited := (tt'
	for f in $files; do
		sed -n "s/^Theorem *\([A-Za-z0-9_]*\).*/, @Edgewise.${f%.v}.\1/p" "$f"
	done
	echo ').'
	echo 'Print Assumptions audited.'
} >Audit.v
coqc -q -w -ambiguous-paths -R . Edgewise Audit.v
