#!/bin/sh
# Makes the environment named by $1 from uv.lock. Needs Python 3.11 or newer, and a package index.
set -eu
venv=$1

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! { [ -x "$venv/bin/python" ] && usable "$venv/bin/python"; }; then
    python=
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if command -v "$candidate" >/dev/null && usable "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "error: Plinth needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python" >&2
        exit 1
    fi
    if command -v uv >/dev/null; then
        uv venv --quiet --clear --python "$python" "$venv"
    elif ! "$python" -m venv --clear "$venv"; then
        echo "error: $python can't make a virtual environment (on Debian: apt-get install python3-venv)" >&2
        exit 1
    fi
fi

if command -v uv >/dev/null; then
    uv=uv
else
    uv=$venv/bin/uv
    # The project itself depends on uv, so that syncing keeps what is installed here.
    [ -x "$uv" ] || "$venv/bin/python" -m pip install --quiet 'uv>=0.9,<1'
fi

echo "setting up $venv from uv.lock"
# As locked, wherever this machine gets its packages from; the pipeline checks that the lock is current.
"$uv" sync --quiet --frozen --compile-bytecode
