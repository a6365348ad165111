// The program is on this machine: one that refused fifteen times, a second apart, has most probably ended.
Blazor.start({ circuit: { reconnectionOptions: { maxRetries: 15, retryIntervalMilliseconds: 1000 } } });

// It is there and knows this page no more, as after a long sleep: the page begins anew.
document.getElementById("components-reconnect-modal").addEventListener("components-reconnect-state-changed", event => {
  if (event.detail.state === "rejected") location.reload();
});
document.getElementById("window-reload").addEventListener("click", () => location.reload());
