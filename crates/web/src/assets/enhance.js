// Enhancement only: every page works without this file.
(function () {
  'use strict';
  // Dates are text, so that a wrong one can be shown back; an empty or well-formed one gets the browser's picker.
  var forms = { 'date': /^(\d{4}-\d\d-\d\d)?$/, 'datetime-local': /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)?$/ };
  document.querySelectorAll('input[data-picker]').forEach(function (input) {
    var kind = input.getAttribute('data-picker');
    if (!forms[kind] || !forms[kind].test(input.value)) return;
    var value = input.value.replace(' ', 'T');
    input.type = kind;
    input.value = value;
    if (value && !input.value) { input.type = 'text'; input.value = value; }
  });
  // What was refused comes first.
  var errors = document.getElementById('errors');
  if (errors) errors.focus();
  // One press, one submission; a page that the browser brings back may be sent again.
  function release() {
    document.querySelectorAll('form[data-sent]').forEach(function (form) { form.removeAttribute('data-sent'); });
  }
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method !== 'post') return;
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    setTimeout(release, 10000);
  });
  window.addEventListener('pageshow', release);
  // A chosen phrase goes into its box at once, where it can be changed.
  document.querySelectorAll('select[data-phrase]').forEach(function (choice) {
    var box = document.getElementById(choice.getAttribute('data-phrase'));
    if (!box) return;
    choice.addEventListener('change', function () {
      var phrase = choice.value, text = box.value.trim();
      choice.value = '';
      if (!phrase || text.indexOf(phrase) >= 0) return;
      box.value = text + (!text || /[。；！？\n]$/.test(text) ? '' : '；') + phrase;
      box.focus();
    });
  });
  // All or none of a column of tick boxes.
  document.querySelectorAll('[data-tick-all]').forEach(function (place) {
    var boxes = document.querySelectorAll('input[name="' + place.getAttribute('data-tick-all') + '"]');
    if (boxes.length < 2) return;
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = '全选 / 全不选';
    button.addEventListener('click', function () {
      var any = Array.prototype.some.call(boxes, function (box) { return !box.checked; });
      boxes.forEach(function (box) { box.checked = any; });
    });
    place.appendChild(button);
  });
  // Paper is one press away.
  document.querySelectorAll('[data-print] .actions').forEach(function (place) {
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'button primary';
    button.textContent = place.parentNode.getAttribute('data-print');
    button.addEventListener('click', function () { window.print(); });
    place.insertBefore(button, place.firstChild);
  });
  // What a citizen typed, chose and ticked survives a lost connection: it is kept by this tab until the form is sent or the tab is closed, never longer,
  // and what comes back blank is filled from it. A file is not: no page may put one into a form.
  try {
    document.querySelectorAll('[data-draft]').forEach(function (place) {
      var name = 'draft:' + place.getAttribute('data-draft') + ':';
      var others = ':not([type=hidden]):not([type=file]):not([type=radio]):not([type=checkbox])';
      place.querySelectorAll('input' + others + ', textarea, select').forEach(function (box) {
        var kept = sessionStorage.getItem(name + box.name);
        if (kept && !box.value) box.value = kept;
        var keep = function () { sessionStorage.setItem(name + box.name, box.value); };
        box.addEventListener('input', keep);
        box.addEventListener('change', keep);
      });
      // The boxes of one question are one answer: several values, or none.
      var groups = {};
      place.querySelectorAll('input[type=radio], input[type=checkbox]').forEach(function (box) {
        (groups[box.name] = groups[box.name] || []).push(box);
      });
      Object.keys(groups).forEach(function (group) {
        var boxes = groups[group], kept = JSON.parse(sessionStorage.getItem(name + group) || '[]');
        var blank = !boxes.some(function (box) { return box.checked && box.value; });
        boxes.forEach(function (box) {
          if (blank && kept.indexOf(box.value) >= 0) box.checked = true;
          box.addEventListener('change', function () {
            var chosen = boxes.filter(function (one) { return one.checked; }).map(function (one) { return one.value; });
            sessionStorage.setItem(name + group, JSON.stringify(chosen));
          });
        });
      });
    });
    if (document.querySelector('[data-draft-done]')) {
      Object.keys(sessionStorage).forEach(function (key) { if (key.indexOf('draft:') === 0) sessionStorage.removeItem(key); });
    }
  } catch (refused) { /* a browser that keeps nothing still sends the form */ }
  // 长辈版 folds nothing.
  if (document.documentElement.classList.contains('elder')) {
    document.querySelectorAll('details').forEach(function (part) { part.open = true; });
  }
  // A one-time link is selected with one press.
  document.querySelectorAll('input[readonly]').forEach(function (input) {
    input.addEventListener('focus', function () { input.select(); });
  });
})();
