// What an examiner of accessibility looks for: names, labels, contrast, and a page that does
// not have to be moved sideways. Returns what is wrong, a line each.
const wrong = [];
const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const show = (element) => element.outerHTML.slice(0, 120);

const nameOf = (element) =>
  (element.getAttribute("aria-label") || element.textContent || element.getAttribute("title") || "").trim();
for (const element of document.querySelectorAll("a[href], button, summary")) {
  if (visible(element) && !nameOf(element)) wrong.push(`no name: ${show(element)}`);
}
for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
  if (!field.labels?.length && !field.getAttribute("aria-label")) wrong.push(`no label: ${show(field)}`);
}
for (const picture of document.querySelectorAll("img, svg")) {
  if (!picture.getAttribute("alt") && !picture.getAttribute("aria-label")) wrong.push(`no text: ${show(picture)}`);
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`twice: #${id}`);
for (const element of document.querySelectorAll("[aria-labelledby]")) {
  if (!document.getElementById(element.getAttribute("aria-labelledby"))) wrong.push(`labelled by nothing: ${show(element)}`);
}
if (!document.documentElement.lang) wrong.push("the page has no language");
if (!document.title) wrong.push("the page has no title");
if (document.querySelectorAll("main").length !== 1) wrong.push("there is not one main part");
if (document.documentElement.scrollWidth > innerWidth) {
  const wide = [...document.querySelectorAll("body *")].find((element) => element.getBoundingClientRect().right > innerWidth + 1);
  wrong.push(`wider than the window: ${wide ? show(wide) : document.documentElement.scrollWidth}`);
}

// Contrast by WCAG 2.2, 1.4.3: 4.5 to 1, and 3 to 1 of large letters.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function parse(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
function behind(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
}
function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
let looked = 0;
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.textContent.trim() || !visible(element) || element.closest("svg, script, .skip")) continue;
  const style = getComputedStyle(element);
  const ground = behind(element);
  const ratio = contrast(over(parse(style.color), ground), ground);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${show(element)}`);
  looked += 1;
}
for (const field of document.querySelectorAll("input[placeholder]")) {
  const ground = behind(field);
  const ratio = contrast(parse(getComputedStyle(field, "::placeholder").color), ground);
  if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)} of a placeholder: ${show(field)}`);
  // 1.4.11: what bounds a field can be told from what is around it.
  const edge = contrast(parse(getComputedStyle(field).borderLeftColor), behind(field.parentElement));
  if (edge < 3 && document.activeElement !== field) wrong.push(`contrast ${edge.toFixed(2)} of an edge: ${show(field)}`);
}
if (looked < 5) wrong.push(`only ${looked} texts were looked at`);
return wrong;
