"use strict";
var linked = {};
function made(kind, attributes, ...inside) {
  var one = Object.assign(document.createElement(kind), attributes);
  one.append(...inside);
  return one;
}
function listed(control, show) {
  var select = made("select", { onchange: show });
  control.options.forEach(function (name, at) { select.append(new Option(name, at)); });
  return {
    box: made("label", {}, control.label, select),
    at: function () { return select.selectedIndex; },
    choose: function (at) { select.selectedIndex = at; }
  };
}
function pressed(control, show, name) {
  var box = made("fieldset", { className: control.kind }, made("legend", {}, control.label));
  var inputs = control.options.map(function (option, at) {
    var input = made("input", { type: "radio", name: name, checked: at === 0, onchange: show });
    box.append(made("label", {}, input, made("span", {}, option)));
    return input;
  });
  return {
    box: box,
    at: function () { return inputs.findIndex(function (input) { return input.checked; }); },
    choose: function (at) { inputs[at].checked = true; }
  };
}
function slid(control, show) {
  var said = made("output", {});
  var input = made("input", { type: "range", min: 0, max: control.options.length - 1, value: 0 });
  function tell() {
    said.value = control.options[input.value];
    input.setAttribute("aria-valuetext", said.value);
  }
  input.oninput = function () { tell(); show(); };
  tell();
  return {
    box: made("label", {}, control.label, input, said),
    at: function () { return Number(input.value); },
    choose: function (at) { input.value = at; tell(); }
  };
}
document.querySelectorAll(".panels").forEach(function (set) {
  var controls = JSON.parse(set.dataset.controls);
  var panels = Array.from(set.children);
  var bar = made("div", { className: "controls" });
  var pickers = controls.map(function (control, number) {
    var kind = { select: listed, slider: slid }[control.kind] || pressed;
    var picker = kind(control, changed, set.id + "-" + number);
    var group = control.group && (linked[control.group] = linked[control.group] || []);
    if (group) { group.push({ control: control, picker: picker, show: show }); }
    function changed() {
      show();
      (group || []).forEach(function (other) {
        var at = other.control.options.indexOf(control.options[picker.at()]);
        if (at >= 0 && other.picker !== picker) { other.picker.choose(at); other.show(); }
      });
    }
    bar.append(picker.box);
    return picker;
  });
  function show() {
    var place = pickers.map(function (picker) { return picker.at(); }).join(",");
    panels.forEach(function (panel) { panel.hidden = panel.dataset.place !== place; });
  }
  set.prepend(bar);
  set.classList.add("ready");
  show();
});
document.querySelectorAll(".scroll > table").forEach(function (table) {
  var body = table.tBodies[0];
  var heads = Array.from(table.tHead.rows[0].cells);
  var asGiven = Array.from(body.rows);
  var language = document.documentElement.lang;
  var number = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;
  function exact(cell) { return "value" in cell.dataset ? cell.dataset.value : cell.textContent; }
  heads.forEach(function (head, at) {
    var button = made("button", { type: "button", className: "sort" }, head.firstChild);
    head.prepend(button);
    button.addEventListener("click", function () {
      var first = head.className === "number" ? "descending" : "ascending";
      var second = first === "ascending" ? "descending" : "ascending";
      var order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach(function (one) { one.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", order);
      body.append.apply(body, asGiven.slice().sort(function (one, other) {
        var a = exact(one.cells[at]), b = exact(other.cells[at]);
        if (!a || !b) return !a - !b;
        var gap = number.test(a) && number.test(b) ? a - b : a.localeCompare(b, language, { numeric: true });
        return order === "ascending" ? gap : -gap;
      }));
    });
  });
  function field(cell) {
    var text = exact(cell);
    if ("value" in cell.dataset && number.test(text)) text = language === "en" ? text : text.replace(".", ",");
    else if (/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text)) text = "'" + text;
    return '"' + text.replace(/"/g, '""') + '"';
  }
  var title = table.caption.textContent;
  var save = made("button", { type: "button", className: "save" }, document.body.dataset.save);
  save.setAttribute("aria-label", save.textContent + ": " + title);
  save.addEventListener("click", function () {
    var rows = [heads.map(function (head) { return head.firstChild; })];
    rows = rows.concat(Array.from(body.rows, function (row) { return Array.from(row.cells); }));
    var lines = rows.map(function (cells) { return cells.map(field).join(language === "en" ? "," : ";"); });
    var file = new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" });
    var name = title.replace(/[^\p{L}\p{N}]+/gu, " ").trim().slice(0, 80) + ".csv";
    var link = made("a", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  });
  table.parentElement.after(save);
});
