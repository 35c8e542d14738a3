// Mailed links say everything behind the "#": the number of a request and the token that answers it. That part
// of an address is never sent. Here it is read, put into the form of its request, and taken out of the address
// and out of what the back button leads to. (The list of visited pages that a browser keeps on its disk holds
// the link as it was followed; no page can change that.) The token is sent only with the form, by whoever
// presses its button.
"use strict";

(() => {
  // ".../contacts/701234?tab=REQUESTS&token=..." and ".../requests?taskId=701234&token=...", whatever comes first.
  function mailed(hash) {
    const [path, query = ""] = hash.slice(1).replaceAll("&amp;", "&").split(/\?(.*)/s);
    const parameters = new URLSearchParams(path.startsWith("token=") ? path : query);
    const atTheEnd = /(?:^|\/)([1-9][0-9]{0,18})\/?$/.exec(path);
    const named = /^[1-9][0-9]{0,18}$/.exec(parameters.get("taskId") || "");
    return {
      number: named ? named[0] : atTheEnd ? atTheEnd[1] : null,
      token: (parameters.get("token") || "").trim(),
      isLink: path.startsWith("/"),
    };
  }

  function say(words) {
    const news = document.getElementById("news");
    if (news) news.textContent = words;
  }

  function forget() {
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  function follow() {
    const { number, token, isLink } = mailed(location.hash);
    if (isLink && number) {
      const as = new URLSearchParams(location.search).get("as");
      const query = as ? `?as=${encodeURIComponent(as)}` : "";
      const fragment = token ? `#token=${encodeURIComponent(token)}` : "";
      location.replace(`/requests/${number}${query}${fragment}`);
    } else if (token) {
      forget();
      const field = document.getElementById("token") || document.getElementById("link");
      if (!field) return say("The link held a token, but there is nothing to answer here.");
      field.value = token;
      const form = field.closest("form");
      form.classList.add("filled");
      form.scrollIntoView({ block: "nearest" });
      say("The token from the mail is filled in. Nothing is answered yet.");
    }
  }

  addEventListener("hashchange", follow);
  follow();

  addEventListener("htmx:sendError", () => {
    const shown = document.getElementById("asof");
    if (shown) shown.textContent = "The server does not answer: this may be old";
  });
})();
