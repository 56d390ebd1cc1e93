"use strict";
document.querySelectorAll(".panels").forEach(function (set) {
  var controls = JSON.parse(set.dataset.controls);
  var panels = Array.from(set.children);
  var bar = document.createElement("div");
  bar.className = "controls";
  var selects = controls.map(function (control) {
    var box = document.createElement("label");
    var select = document.createElement("select");
    box.append(control.label, select);
    control.options.forEach(function (name, at) { select.append(new Option(name, at)); });
    select.addEventListener("change", show);
    bar.append(box);
    return select;
  });
  function show() {
    var place = selects.map(function (select) { return select.value; }).join(",");
    panels.forEach(function (panel) { panel.hidden = panel.dataset.place !== place; });
  }
  set.prepend(bar);
  set.classList.add("ready");
  show();
});
