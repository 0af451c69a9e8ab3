/// What the pages fetch: one style sheet and one script, both from the node itself.
enum PageAssets {
    static let stylePath = "/assets/vigie.css"
    static let scriptPath = "/assets/vigie.js"

    /// One column, readable from 320 px up, light and dark, plain on paper.
    static let style = """
        :root { color-scheme: light dark; --ink: #16202b; --soft: #566472; --paper: #ffffff; --card: #f4f6f8; --rule: #d5dce3;
          --link: #1d5f91; --critical: #a3152a; --major: #8a5200; --minor: #23607d; --good: #1f6b3a; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #a3b0bd; --paper: #11171d; --card: #1a222b;
          --rule: #33404c; --link: #8cc7e4; --critical: #ff8b98; --major: #f0b45c; --minor: #8cc7e4; --good: #7fd39b; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink);
          font: 1rem/1.5 system-ui, sans-serif; }
        a { color: var(--link); }
        .top { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; color: var(--soft); }
        .top .brand { margin-right: auto; color: var(--soft); letter-spacing: .12em; text-transform: uppercase; font-size: .85rem;
          text-decoration: none; }
        .top form { display: inline; } .top button { padding: 0; border: 0; background: none; color: var(--link); font: inherit;
          text-decoration: underline; cursor: pointer; }
        h1 { margin: .4rem 0 .2rem; font-size: 1.7rem; line-height: 1.25; }
        h2 { margin: 0 0 .6rem; font-size: 1.2rem; } h3 { margin: 0 0 .3rem; font-size: 1.05rem; }
        .quiet { color: var(--good); } .stale { color: var(--soft); margin: 0 0 1rem; }
        section { margin: 1rem 0; padding: 1rem; background: var(--card); border-radius: .5rem; }
        .parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; align-items: start; }
        .parts section { margin: 0; }
        .incident { margin: .75rem 0 0; padding: .6rem .9rem; border-left: .4rem solid var(--minor); background: var(--paper);
          border-radius: .25rem; }
        .incident.major { border-left-color: var(--major); } .incident.critical { border-left-color: var(--critical); }
        .incident p { margin: .2rem 0; } .facts { color: var(--soft); font-size: .92rem; }
        .tag { display: inline-block; margin-left: .4rem; padding: 0 .45rem; border: 1px solid currentColor; border-radius: .3rem;
          font-size: .8rem; font-weight: 600; vertical-align: middle; color: var(--soft); }
        .tag:first-child { margin-left: 0; }
        .tag.critical, .tag.failed { color: var(--critical); } .tag.major, .tag.degraded, .tag.shadow { color: var(--major); }
        .tag.minor { color: var(--minor); } .tag.good, .tag.enforced { color: var(--good); }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
        th { color: var(--soft); font-weight: 400; font-size: .92rem; } tr:last-child > * { border-bottom: 0; }
        td.n, th.n { text-align: right; padding-right: 0; }
        code { word-break: break-all; font-size: .92em; }
        .none { margin: 0; color: var(--soft); }
        details { margin-top: .75rem; } summary { cursor: pointer; font-weight: 600; }
        .causes { padding-left: 1.2rem; } .causes li { margin-bottom: .8rem; } .causes p { margin: .1rem 0; }
        .verdict { margin: .6rem 0; padding: .6rem .9rem; border-radius: .3rem; font-weight: 600; }
        :root { --c-normal: #dff0e2; --c-partial: #ffe3a8; --c-down: #f6c3c0; --c-busy: #d9e8f6; --c-blind: #dcdfe3; --c-unknown: #eef1f4; }
        @media (prefers-color-scheme: dark) { :root { --c-normal: #17351f; --c-partial: #5a4300; --c-down: #6d1a1f; --c-busy: #183a56;
          --c-blind: #3a4450; --c-unknown: #222b35; } }
        .c-normal { background-color: var(--c-normal); fill: var(--c-normal); } .c-busy { background-color: var(--c-busy); fill: var(--c-busy); }
        .c-partial { background: var(--c-partial) repeating-linear-gradient(135deg, transparent 0 7px, #0001 7px 9px); fill: var(--c-partial); }
        .c-down { background: var(--c-down) repeating-linear-gradient(45deg, transparent 0 4px, #0001 4px 6px); fill: var(--c-down); }
        .c-blind { background: var(--c-blind) radial-gradient(#0002 1px, transparent 1.5px) 0 0 / 6px 6px; fill: var(--c-blind); }
        .c-unknown { background-color: var(--c-unknown); fill: var(--c-unknown); }
        .map { width: 100%; max-width: 34rem; height: auto; } .map text { fill: var(--ink); font-size: 13px; text-anchor: middle; }
        .map .ink { fill: var(--ink); opacity: .3; } .map .line { stroke: var(--ink); stroke-width: 1; opacity: .3; }
        .map rect { stroke: var(--rule); } .map a:focus-visible rect.over { stroke: var(--link); stroke-width: 3; }
        .beside { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 1.2rem; align-items: start; }
        .tall { max-height: 40rem; overflow: auto; } .board td { min-width: 7.5rem; padding-left: .4rem; border-right: 1px solid var(--rule); }
        .board thead th { position: sticky; top: 0; background: var(--card); } .board tr:target th { outline: 2px solid var(--link); }
        .board th[scope=row] { color: var(--ink); min-width: 8rem; } .told { text-decoration: underline dotted; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 .8rem; padding: 0; list-style: none; }
        .legend b { display: inline-block; width: 1.6em; text-align: center; border: 1px solid var(--rule); }
        .pairs { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .3rem 0 0; }
        .pairs dt { color: var(--soft); } .pairs dd { margin: 0; overflow-wrap: anywhere; }
        @media (max-width: 60rem) { .beside { grid-template-columns: minmax(0, 1fr); } }
        @media (max-width: 40rem) { .pairs { grid-template-columns: 1fr; } .pairs dd { margin-bottom: .3rem; } }
        @media print { .tall { max-height: none; overflow: visible; } }
        .chart { display: block; width: 100%; height: auto; } .chart .bar { fill: var(--link); }
        .chart .line { fill: none; stroke: var(--major); stroke-width: 2; } .chart .grid { stroke: var(--rule); }
        .chart .axis { fill: var(--soft); font: 12px system-ui, sans-serif; }
        p.legend { display: block; color: var(--soft); font-size: .9rem; margin: 0 0 .3rem; }
        .key { display: inline-block; width: 1rem; height: .7rem; margin: 0 .4rem 0 0; background: var(--link); }
        .key.line { height: 2px; margin: 0 .4rem .25rem 1rem; background: var(--major); }
        @media (max-width: 40rem) { .chart .axis { font-size: 19px; } .history .axis { font-size: 25px; } }
        .history .answered, .k-answered { fill: var(--link); background: var(--link); }
        .history .unanswered, .k-unanswered { fill: var(--waits); background: var(--waits); }
        .history .failed, .k-failed { fill: var(--critical); background: var(--critical); }
        .history .blind { fill: var(--c-blind); } .history .stripe { fill: var(--soft); opacity: .35; }
        .k-blind { background: var(--c-blind) repeating-linear-gradient(135deg, transparent 0 4px, var(--soft) 4px 5px); }
        :root { --waits: #9db8ce; } @media (prefers-color-scheme: dark) { :root { --waits: #48657b; } }
        .legend b:empty { width: 1rem; height: .8rem; border: 0; vertical-align: baseline; }
        .spans { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: .4rem 0 .8rem; }
        .choice { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: baseline; }
        .choice select, .choice button { font: inherit; max-width: 100%; padding: .2rem .5rem; border: 1px solid var(--rule); border-radius: .3rem;
          background: var(--paper); color: var(--ink); }
        .figures thead th { position: sticky; top: 0; background: var(--card); } .figures td.n, .figures th.n { padding-left: .8rem; }
        .figures td:last-child { padding-left: 1rem; color: var(--soft); font-size: .88rem; } .figures th[scope=row] { white-space: nowrap; }
        .unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
        meter { width: min(100%, 20rem); height: .6rem; }
        .login { max-width: 26rem; margin: 3rem auto; } .login label { display: block; margin-bottom: .3rem; }
        .login input { width: 100%; padding: .5rem; border: 1px solid var(--rule); border-radius: .3rem; background: var(--paper);
          color: var(--ink); font: inherit; }
        .login button { margin-top: .8rem; padding: .5rem 1.2rem; border: 0; border-radius: .3rem; background: var(--link);
          color: var(--paper); font: inherit; cursor: pointer; }
        .refused { color: var(--critical); }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
        @media (max-width: 40rem) { body { padding: .6rem; } section { padding: .7rem; } h1 { font-size: 1.4rem; } }
        @media print { .top form, .login { display: none; } section { background: none; padding: 0; } }

        """

    /// Fetches the page again when something happened, at most once in two seconds, and every half a minute otherwise.
    static let script = """
        "use strict";
        (function () {
          var main = document.querySelector("main[data-live]");
          if (!main || !window.fetch) { return; }
          var waiting = null, busy = false;
          function refresh() {
            waiting = null;
            if (busy || document.hidden) { return; }
            busy = true;
            fetch(location.href, { credentials: "same-origin", redirect: "error" })
              .then(function (answer) { if (!answer.ok) { throw new Error(); } return answer.text(); })
              .then(function (text) {
                var page = new DOMParser().parseFromString(text, "text/html");
                var fresh = page.querySelector("main[data-live]");
                if (!fresh) { return; }
                var open = Array.prototype.map.call(main.querySelectorAll("details[id][open]"), function (d) { return d.id; });
                main.replaceWith(fresh); main = fresh; document.title = page.title;
                open.forEach(function (id) { var d = document.getElementById(id); if (d) { d.open = true; } });
              })
              .catch(function () { var s = main.querySelector(".stale"); if (s) { s.textContent = s.dataset.lost; } })
              .then(function () { busy = false; });
          }
          function soon() { if (!waiting) { waiting = setTimeout(refresh, 2000); } }
          setInterval(refresh, 30000);
          document.addEventListener("visibilitychange", soon);
          if (window.EventSource) {
            var events = new EventSource("/api/v1/events");
            ["incident", "notice", "filter", "peer", "feed", "health", "settings", "reset"].forEach(function (name) {
              events.addEventListener(name, soon);
            });
          }
        }());

        """
}
