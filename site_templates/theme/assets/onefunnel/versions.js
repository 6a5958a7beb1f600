// Versions: the choice in the header leads to the same page of another version, and older versions say that they are.
// Material draws the choice from versions.json, which stands beside the folder of this version.
(() => {
  "use strict";
  const settings = document.getElementById("__config");
  const { base: up, version, ...others } = JSON.parse(settings.textContent);
  if (location.protocol === "file:") {
    // A folder has no index that a browser may read: ask for none, rather than fail.
    settings.textContent = JSON.stringify({ base: up, version: null, ...others });
    return;
  }
  const base = new URL(up, location);
  const here = base.pathname.split("/").at(-2);
  const address = (folder, page) => new URL(`../${folder}/${page}`, base);
  const read = (url, otherwise) => fetch(url).then(answer => (answer.ok ? answer.json() : otherwise), () => otherwise);
  const index = read(new URL("../versions.json", base), []);

  // The page that is open, as it is found below `folder`, which shows `version`; its first page where there is none.
  async function same(folder, version) {
    const page = decodeURIComponent(location.pathname.slice(base.pathname.length)) || "index.html";
    const pages = await read(address(version, "data/pages.json"), []);
    return pages.includes(page) ? address(folder, page) + location.hash : address(folder, "index.html").href;
  }

  function banner(current, newest, to) {
    const aside = document.createElement("aside");
    aside.className = "md-banner md-banner--warning of-outdated";
    aside.setAttribute("aria-label", "Older version");
    const inner = document.createElement("div");
    inner.className = "md-banner__inner md-grid md-typeset";
    const link = document.createElement("a");
    link.href = to;
    link.textContent = `This page in the newest version, ${newest.title}`;
    inner.append(`You see the numbers as of ${current.title}. `, link);
    aside.append(inner);
    return aside;
  }

  async function tell() {
    const place = document.querySelector("[data-md-component=outdated]");
    const versions = await index;
    const named = name => versions.find(one => one.version === name || one.aliases.includes(name));
    const [current, newest] = [named(here), named(version.default)];
    if (!place || !current || !newest || current === newest) return;
    const to = await same(version.default, newest.version);
    if (place.isConnected) place.replaceChildren(banner(current, newest, to));
    place.hidden = false;
  }

  // Material names the choice without what it shows.
  new MutationObserver(() => {
    const button = document.querySelector(".md-version__current");
    if (button) button.setAttribute("aria-label", `${button.textContent}, choose a version`);
  }).observe(document.querySelector(".md-header"), { childList: true, subtree: true });

  document.addEventListener("click", event => {
    const link = event.target.closest?.(".md-version__link");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const chosen = new URL(link.href).pathname.split("/").at(-2);
    same(chosen, chosen).then(to => location.assign(to));
  }, { capture: true });
  document.addEventListener("DOMContentLoaded", () => window.document$.subscribe(tell));
})();
