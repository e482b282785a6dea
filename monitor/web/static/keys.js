// Keys for whoever prefers them; every page works without this file. A key clicks (or, for a field, enters) the element that names it in data-key:
// in the current row of a list first, then anywhere on the page. j and k (or n) walk through a list.
(function () {
  "use strict";
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  var at = rows.length ? 0 : -1;
  var dialog = document.getElementById("keys");
  var leading = "";

  function show(index) {
    if (!rows.length) { return; }
    if (at >= 0) { rows[at].classList.remove("current"); }
    at = Math.max(0, Math.min(rows.length - 1, index));
    rows[at].classList.add("current");
    if (index !== 0 || window.scrollY > 0) { rows[at].scrollIntoView({ block: "nearest" }); }
  }

  function named(key) {
    var wanted = '[data-key="' + key + '"]';
    var inRow = at >= 0 ? rows[at].querySelector(wanted) : null;
    return inRow || document.querySelector(wanted);
  }

  function use(element) {
    if (element.matches("input, select, textarea")) {
      var folded = element.closest("details");
      if (folded) { folded.open = true; }
      element.focus();
      if (element.select) { element.select(); }
    } else if (element.matches("summary")) {
      element.parentNode.open = true;
      var field = element.parentNode.querySelector("input, select, textarea");
      if (field) { field.focus(); }
    } else {
      element.click();
    }
  }

  function isTyping(target) {
    return target.isContentEditable || target.matches("input:not([type=checkbox]), select, textarea");
  }

  function go(key) {
    var link = document.querySelector('[data-go="' + key + '"]');
    if (link) { link.click(); }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
    if (isTyping(event.target)) { return; }
    if (dialog && dialog.open && event.key !== "?" && event.key !== "Escape") { return; }
    var key = event.key;
    if (leading === "g") { leading = ""; go(key); return; }
    if (key === "g") { leading = "g"; return; }
    if (key === "?") { if (dialog) { if (dialog.open) { dialog.close(); } else { dialog.showModal(); } } event.preventDefault(); return; }
    if (rows.length && (key === "j" || key === "n")) { show(at + 1); event.preventDefault(); return; }
    if (rows.length && (key === "k")) { show(at - 1); event.preventDefault(); return; }
    var element = key.length === 1 || key === "Enter" ? (key === "Enter" ? (event.target.matches("a, button, summary") ? null : named("o")) : key === '"' || key === "\\" ? null : named(key)) : null;
    if (element) { event.preventDefault(); use(element); }
  });

  document.addEventListener("submit", function (event) {
    // A second press of a key must not decide twice.
    if (event.target.method === "post") {
      if (event.target.dataset.sent) { event.preventDefault(); return; }
      event.target.dataset.sent = "1";
    }
  });

  Array.prototype.forEach.call(document.querySelectorAll("[data-all]"), function (box) {
    box.addEventListener("change", function () {
      Array.prototype.forEach.call(document.querySelectorAll('input[name="change"]'), function (one) { one.checked = box.checked; });
    });
  });

  window.addEventListener("pageshow", function () {
    Array.prototype.forEach.call(document.forms, function (form) { delete form.dataset.sent; });
  });

  var hash = window.location.hash.slice(1);
  var start = rows.findIndex(function (row) { return row.id && row.id === hash; });
  show(start < 0 ? 0 : start);
})();
