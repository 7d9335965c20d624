#!/bin/sh
# Finds a Chromium for the chat's tests, or installs Debian's where that can be done without asking.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        echo "    found $(command -v "$name")"
        exit 0
    fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "    none found; installing Debian's chromium"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
    echo "    none found: the tests in tests/browser will fail. Install one, for instance: sudo apt-get install chromium"
fi
