/* Runs before the page is painted: marks that there is JavaScript, and wears the theme that this person chose. */
(function (root) {
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (error) { /* storage is forbidden: the system's wish holds */ }
})(document.documentElement);
