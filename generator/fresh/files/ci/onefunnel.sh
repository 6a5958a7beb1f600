#!/bin/sh
# Adds the newest drop to the versions, which live on a branch of their own.
#
#   sh ci/onefunnel.sh publish    checks, publishes into public/, pushes the branch
#   sh ci/onefunnel.sh preview    the same, and nothing is pushed
#
# Both leave digest.md: where we stand, what changed, what needs attention. Set as needed:
#   EXPORTS           folder of the drop; else the newest below exports/
#   AS_OF             its instant; else what the drop says
#   KEEP, SITE_URL    options of `onefunnel publish`
#   VERSIONS_BRANCH   `versions`
set -eu
mode=${1:-preview}
branch=${VERSIONS_BRANCH:-versions}

set --
if [ -n "${EXPORTS:-}" ]; then set -- "$@" --exports "$EXPORTS"; fi
if [ -n "${AS_OF:-}" ]; then set -- "$@" --as-of "$AS_OF"; fi
onefunnel check "$@"

rm -rf public
git worktree prune
if git fetch --quiet origin "$branch"; then
  git worktree add --quiet --force --detach public FETCH_HEAD
else
  git worktree add --quiet --force --detach public HEAD
  git -C public checkout --quiet --orphan "first-$branch"
  git -C public rm -rf --quiet .
fi

if [ -n "${KEEP:-}" ]; then set -- "$@" --keep "$KEEP"; fi
if [ -n "${SITE_URL:-}" ]; then set -- "$@" --site-url "$SITE_URL"; fi
onefunnel publish "$@" --to public

set -- --to public
if [ -n "${SITE_URL:-}" ]; then set -- "$@" --site-url "$SITE_URL"; fi
onefunnel digest "$@" > digest.md

if [ "$mode" = publish ]; then
  git -C public add --all --force -- . ':!.publish'
  if ! git -C public diff --cached --quiet; then
    git -C public -c user.name=onefunnel -c user.email=onefunnel@example.com commit --quiet --message "Publish a drop"
    git -C public push --quiet origin "HEAD:refs/heads/$branch"
  fi
fi
