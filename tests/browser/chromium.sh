#!/bin/sh
# Debian's Chromium for tests/browser, where no browser is there and this is root on Debian.
# Never fails: without a browser these tests are skipped, and say why.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0
# Ubuntu's package of that name is a pointer to a snap, which needs a running system.
grep -qx 'ID=debian' /etc/os-release 2>/dev/null || exit 0
echo "Installing Chromium for tests/browser (a minute or so)"
export DEBIAN_FRONTEND=noninteractive
timeout 180 sh -c 'apt-get -qq update && apt-get -qq install --yes --no-install-recommends chromium' \
    >/dev/null 2>&1 || echo "Chromium could not be installed; tests/browser will be skipped" >&2
exit 0
