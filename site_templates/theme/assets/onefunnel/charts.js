// Charts come alive on pointer, focus or tap. Each page already holds the drawings and, beside them, the specification;
// the library (vega.js) is fetched once, from this site, when the first chart is touched. Without this script, or when
// the library cannot be had, the drawings and their tables stay.
(() => {
  const here = document.currentScript.src;
  const WIDE = 720, NARROW = 380, NARROW_BELOW = 520;
  let library, tip;

  const loaded = () => library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL("vega.js", here);
    script.onload = () => done(window.onefunnelCharts);
    script.onerror = failed;
    document.head.append(script);
  });

  function bubble() {
    if (!tip?.isConnected) {
      tip = document.createElement("div");
      tip.className = "of-tip";
      tip.setAttribute("role", "status");
      document.body.append(tip);
    }
    return tip;
  }

  function show(text, x, y) {
    const [head, ...rest] = String(text).split("\n");
    const title = document.createElement("strong");
    title.textContent = head;
    const lines = rest.map(line => Object.assign(document.createElement("span"), { textContent: line }));
    bubble().replaceChildren(title, ...lines);
    tip.classList.add("of-tip--shown");
    const { width, height } = tip.getBoundingClientRect();
    const right = document.documentElement.clientWidth - width - 8;
    tip.style.left = `${Math.max(8, Math.min(x + 14, right))}px`;
    tip.style.top = `${y - height - 14 < 8 ? y + 18 : y - height - 14}px`;
  }

  const hide = () => tip?.classList.remove("of-tip--shown");

  function told(handler, event, item, value) {
    if (value == null || value === "") hide();
    else show(value, event.clientX, event.clientY);
  }

  async function enliven(box, event) {
    if (box.dataset.ofState) return;
    box.dataset.ofState = "loading";
    try {
      const { embed, config } = await loaded();
      const spec = JSON.parse(box.querySelector(".of-chart__spec").content.textContent);
      const across = box.clientWidth < NARROW_BELOW ? NARROW : WIDE;
      spec.width = across - spec.padding.left - spec.padding.right;
      const live = document.createElement("div");
      live.className = "of-chart__live";
      await embed(live, spec, {
        mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, logLevel: 1, config, tooltip: told,
      });
      const picture = live.querySelector("svg");
      picture.setAttribute("viewBox", `0 0 ${picture.getAttribute("width")} ${picture.getAttribute("height")}`);
      picture.setAttribute("aria-hidden", "true");
      box.append(live);
      box.dataset.ofState = "live";
      if (event?.pointerType) greet(event);
    } catch (problem) {
      box.dataset.ofState = "still";
      console.info("This chart stays a drawing:", problem);
    }
  }

  // What was under the pointer while the library was on its way.
  function greet({ clientX, clientY }) {
    const item = document.elementFromPoint(clientX, clientY)?.__data__;
    if (item?.tooltip) show(item.tooltip, clientX, clientY);
  }

  function step(box, by) {
    const spots = [...box.querySelectorAll(".of-chart__live .hits_marks > path")];
    if (!spots.length) return false;
    const before = spots.findIndex(spot => spot.classList.contains("of-here"));
    const start = before < 0 && by < 0 ? spots.length : before;
    const at = Math.max(0, Math.min(start + by, spots.length - 1));
    spots.forEach((spot, index) => spot.classList.toggle("of-here", index === at));
    const { left, top, width, height } = spots[at].getBoundingClientRect();
    show(spots[at].__data__.tooltip, left + width / 2, top + height / 3);
    return true;
  }

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e6, End: 1e6 };
  const chart = event => event.target.closest?.(".of-chart");

  for (const kind of ["pointerover", "pointerdown", "focusin"])
    document.addEventListener(kind, event => { const box = chart(event); if (box) enliven(box, event); }, { passive: true });
  document.addEventListener("pointerout", event => { if (chart(event) && !event.relatedTarget?.closest?.(".of-chart")) hide(); });
  document.addEventListener("focusout", event => {
    chart(event)?.querySelectorAll(".of-here").forEach(spot => spot.classList.remove("of-here"));
    hide();
  });
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", event => {
    const box = chart(event);
    if (!box) return;
    if (event.key === "Escape") hide();
    else if (STEPS[event.key] && step(box, STEPS[event.key])) event.preventDefault();
  });
})();
