#!/bin/sh
# Says which Debian packages are missing, if any. Usage: needs.sh PYTHON
python=${1:-python3}
missing=""

command -v "$python" >/dev/null 2>&1 || missing="$missing python3"
command -v "${CC:-gcc}" >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
if command -v "$python" >/dev/null 2>&1; then
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "hmbc needs Python 3.11 or newer; $python is $("$python" --version 2>&1)." >&2
        echo "Say which one to use: make PYTHON=python3.11 ..." >&2
        exit 1
    }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    header=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
    [ -f "$header" ] || missing="$missing python3-dev"
fi

if [ -n "$missing" ]; then
    echo "These Debian packages are missing. Install them, then run make again:" >&2
    echo "    apt-get install$missing" >&2
    exit 1
fi
