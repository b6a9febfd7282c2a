"use strict";
// Everything is on the pages without this. Here they become live, and what a mark says is shown in a line of its own.
(() => {
  const live = document.getElementById("live");
  const words = document.getElementById("live-words");
  const detail = document.getElementById("detail");
  const refreshEvery = 10000;
  const refreshAtMostEvery = 1000;

  const say = (element) => {
    const title = element && element.closest("#main") && element.closest("a.mark, rect");
    const text = title && title.querySelector("title");
    detail.hidden = !text;
    if (text) detail.textContent = text.textContent;
  };
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, (event) => say(event.target));
  document.addEventListener("focusout", () => say(null));

  // The marks of a lane are one stop of the tab key, the first that stands out; arrows lead from one to the next in time.
  const tame = () => {
    for (const lane of document.querySelectorAll("svg.lane, svg.ticks")) {
      const stop = lane.querySelector("a.mark:not(.quiet)") || lane.querySelector("a.mark");
      for (const mark of lane.querySelectorAll("a.mark")) mark.setAttribute("tabindex", mark === stop ? "0" : "-1");
    }
  };
  const inTime = (lane) => [...lane.querySelectorAll("a.mark")]
    .map((mark) => [mark.getBoundingClientRect().left, mark])
    .sort((one, other) => one[0] - other[0]).map((pair) => pair[1]);
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    const mark = step && event.target.closest && event.target.closest("a.mark");
    if (!mark) return;
    const marks = inTime(mark.closest("svg.lane, svg.ticks"));
    const place = Math.min(marks.length - 1, Math.max(0, marks.indexOf(mark) + step));
    mark.setAttribute("tabindex", "-1");
    marks[place].setAttribute("tabindex", "0");
    marks[place].focus();
    event.preventDefault();
  });

  let last = 0;
  let planned = null;
  let isLoading = false;
  const isBusy = () => {
    const held = document.activeElement;
    return document.hidden || (held && held.closest("#main form, #main a.mark"));
  };
  const refresh = async () => {
    planned = null;
    if (isLoading) return plan();
    // Nobody looks, or somebody is at a form or on a mark, which must not go away under their hands.
    if (isBusy()) return;
    isLoading = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const held = document.activeElement && document.activeElement.closest("#main a");
        const address = held && held.getAttribute("href");
        document.getElementById("main").replaceWith(page.getElementById("main"));
        words.replaceChildren(...page.getElementById("live-words").childNodes);
        tame();
        if (address) {
          for (const link of document.querySelectorAll("#main a")) {
            if (link.getAttribute("href") === address) { link.focus({ preventScroll: true }); break; }
          }
        }
        document.documentElement.dataset.refreshed = String(Number(document.documentElement.dataset.refreshed || 0) + 1);
      }
    } catch (error) {
      live.className = "live off";
    } finally {
      isLoading = false;
    }
  };
  const plan = () => {
    if (planned === null) planned = setTimeout(refresh, Math.max(100, last + refreshAtMostEvery - Date.now()));
  };

  tame();
  // A list of what was before a moment stays as it is.
  const parameters = new URLSearchParams(location.search);
  if (!parameters.has("before") && !parameters.has("at")) {
    const stream = new EventSource("/v1/stream");
    stream.onopen = () => { live.className = "live on"; live.title = "live"; };
    stream.onerror = () => { live.className = "live off"; live.title = "not live at the moment"; };
    for (const kind of ["transition", "event", "gap"]) stream.addEventListener(kind, plan);
    setInterval(plan, refreshEvery);
    document.addEventListener("visibilitychange", plan);
    document.addEventListener("focusout", plan);
    addEventListener("pagehide", () => stream.close());
  }
})();
