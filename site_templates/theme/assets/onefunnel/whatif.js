// The chain of the plan follows the rates that a reader changes: each step is an earlier one times or by one rate.
// Without this script the figures are those of the agreed target and the rates that held.
(() => {
  "use strict";
  const grouped = (value, places) =>
    value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

  function printed(value, unit, currency) {
    if (!Number.isFinite(value)) return "n/a";
    if (unit === "currency") return `${currency}\u202f${grouped(value, value >= 1000 ? 0 : 2)}`;
    return grouped(Math.ceil(value - 1e-9), 0);
  }

  function rates(table) {
    const inputs = [...table.querySelectorAll("input")];
    return Object.fromEntries(inputs.map(input => {
      const typed = input.value === input.defaultValue ? Number(input.dataset.exact) : input.valueAsNumber / input.dataset.scale;
      return [input.name, typed >= 0 ? typed : NaN];
    }));
  }

  function work(table) {
    const given = rates(table);
    const needed = { revenue: given.revenue };
    for (const output of table.querySelectorAll("output")) {
      const [after, sign, rate] = output.dataset.rule.split(" ");
      if (rate) needed[output.name] = sign === "/" ? needed[after] / given[rate] : needed[after] * given[rate];
      output.value = printed(needed[output.name], output.dataset.unit, table.dataset.currency);
    }
  }

  document.addEventListener("input", event => {
    const table = event.target.closest?.(".of-whatif");
    if (table) work(table);
  });
  document.addEventListener("click", event => {
    const table = event.target.closest?.(".of-whatif__reset")?.closest(".of-whatif");
    if (!table) return;
    for (const input of table.querySelectorAll("input")) input.value = input.defaultValue;
    work(table);
  });
})();
