// What pages do beyond links and forms: copy buttons, Ctrl K. Every page works without it.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
    button.textContent = "Copied";
  });
}
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); }
  }
});
