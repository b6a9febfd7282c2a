// What of a page stands out too little from what it lies on, as the browser has laid it out and coloured it.
// Source of the formula and of the least ratios: WCAG 2.2, "contrast ratio", criteria 1.4.3 (text) and 1.4.11 (shapes).
(() => {
  const color = (text) => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    return { parts: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
  };
  const luminance = (parts) => {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((first, second) => second - first);
    return (light + 0.05) / (dark + 0.05);
  };
  // What the page has behind an element.
  const ground = (element) => {
    for (let place = element; place; place = place.parentElement) {
      const { parts, alpha } = color(getComputedStyle(place).backgroundColor);
      if (alpha === 1) return parts;
      if (alpha > 0) throw new Error(`half transparent: ${place.outerHTML.slice(0, 80)}`);
    }
    throw new Error("nothing behind it");
  };
  // What a shape is filled with; of a pattern its own shape.
  const fill = (shape) => {
    const pattern = /url\("?(#[^")]+)/.exec(getComputedStyle(shape).fill);
    return color(getComputedStyle(pattern ? document.querySelector(`${pattern[1]} rect`) : shape).fill).parts;
  };
  const groundOfDrawing = (text) => {
    const style = getComputedStyle(text);
    if (style.stroke !== "none") return color(style.stroke).parts;
    text.scrollIntoView({ block: "center" });
    const box = text.getBoundingClientRect();
    const below = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const shape = below.find((element) => element.matches("svg rect") && !element.closest("pattern"));
    return shape ? fill(shape) : ground(text.closest("svg").parentElement);
  };

  const faults = [];
  let [texts, shapes] = [0, 0];
  const check = (what, one, other, least) => {
    const ratio = contrast(one, other);
    if (ratio < least) faults.push(`${what}: ${one} on ${other} has ${ratio.toFixed(2)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("title, script, style, option")) continue;
    if (!element.getClientRects().length || getComputedStyle(element).visibility === "hidden") continue;
    texts += 1;
    const what = `'${node.data.trim()}' of ${element.tagName}.${element.getAttribute("class") || ""}`;
    if (element.closest("svg")) check(what, color(getComputedStyle(element).fill).parts, groundOfDrawing(element), 4.5);
    else check(what, color(getComputedStyle(element).color).parts, ground(element), 4.5);
  }
  for (const bar of document.querySelectorAll("svg.lane rect[data-state]")) {
    shapes += 1;
    check(`the lane's ${bar.dataset.state}`, fill(bar), ground(bar.closest("svg").parentElement), 3);
  }
  return JSON.stringify({ texts, shapes, faults, paper: getComputedStyle(document.body).backgroundColor });
})()
