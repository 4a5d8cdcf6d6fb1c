// Follows a running search: the server says that there is news, the page gets it.
if (document.body.dataset.live) {
  const said = $("live");
  let busy = false, again = false;
  const get = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch("data");
      if (!answer.ok) throw new Error(await answer.text());
      const data = await answer.json();
      load(data, true);
      said.textContent = data.status.join(" · ");
    } catch (e) { said.textContent = "the search cannot be read: " + e.message; }
    busy = false;
    if (again) { again = false; get(); }
  };
  const events = new EventSource("events");
  events.onmessage = get;
  events.onerror = () => { said.textContent = "connection lost; trying again …"; };
}
