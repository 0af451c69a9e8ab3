extension AnalysisReport {
    /// The page's style: one column, readable from 320 px up, light and dark, and plain on paper.
    static let style = """
        :root { --ink: #16202b; --soft: #566472; --paper: #ffffff; --card: #f4f6f8; --rule: #d5dce3; --bar: #2f6f9f;
          --line: #b3541e; --critical: #a3152a; --major: #8a5200; --minor: #23607d; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #a3b0bd; --paper: #11171d; --card: #1a222b;
          --rule: #33404c; --bar: #69aede; --line: #f0a271; --critical: #ff8b98; --major: #f0b45c; --minor: #8cc7e4; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 56rem; padding: 1rem; background: var(--paper); color: var(--ink);
          font: 1rem/1.5 system-ui, sans-serif; }
        input[name=language] { position: absolute; opacity: 0; }
        nav { display: flex; gap: .5rem; justify-content: flex-end; }
        nav label { padding: .25rem .75rem; border: 1px solid var(--rule); border-radius: 1rem; cursor: pointer; }
        .page-fr, .page-en { display: none; }
        #show-fr:checked ~ .page-fr, #show-en:checked ~ .page-en { display: block; }
        #show-fr:checked ~ nav label[for=show-fr], #show-en:checked ~ nav label[for=show-en] { background: var(--bar);
          color: var(--paper); border-color: var(--bar); }
        input[name=language]:focus-visible ~ nav { outline: 2px solid var(--bar); outline-offset: 4px; }
        .brand { margin: 0; color: var(--soft); letter-spacing: .12em; text-transform: uppercase; font-size: .8rem; }
        h1 { margin: .2rem 0 .5rem; font-size: 1.8rem; line-height: 1.2; }
        h2 { margin: 0 0 .5rem; font-size: 1.25rem; } h3 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
        section { margin: 1.5rem 0; padding: 1rem; background: var(--card); border-radius: .5rem; }
        .incident { border-left: .4rem solid var(--minor); }
        .incident.major { border-left-color: var(--major); } .incident.critical { border-left-color: var(--critical); }
        .severity { margin-left: .5rem; padding: .1rem .5rem; border: 1px solid currentColor; border-radius: .3rem;
          font-size: .8rem; vertical-align: middle; color: var(--minor); }
        .major .severity { color: var(--major); } .critical .severity { color: var(--critical); }
        .summary { font-size: 1.1rem; }
        .timeline { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; padding: 0; list-style: none; color: var(--soft); }
        .timeline b { color: var(--ink); }
        .causes li { margin-bottom: 1rem; } .causes p { margin: .1rem 0; }
        .weight { height: .5rem; max-width: 24rem; margin: .3rem 0; background: var(--rule); border-radius: .25rem; }
        .weight i { display: block; height: 100%; min-width: 2px; background: var(--bar); border-radius: .25rem; }
        .objection, .test { color: var(--soft); }
        figure { margin: 1.5rem 0; } figcaption { margin-bottom: .3rem; font-weight: 600; }
        .chart { display: block; width: 100%; height: auto; }
        .chart .bar { fill: var(--bar); } .chart .line { fill: none; stroke: var(--line); stroke-width: 2; }
        .chart .grid { stroke: var(--rule); } .chart .band { fill: none; stroke: var(--bar); stroke-opacity: .45; }
        .chart .cell { fill: var(--bar); stroke: var(--rule); stroke-width: .5; }
        .chart text { fill: var(--ink); font: 13px system-ui, sans-serif; } .chart .axis { fill: var(--soft); font-size: 12px; }
        .legend { margin: 0 0 .3rem; color: var(--soft); font-size: .9rem; }
        .key { display: inline-block; width: 1rem; height: .7rem; margin: 0 .4rem 0 0; background: var(--bar); }
        .key.line { height: 2px; margin: 0 .4rem .25rem 1rem; background: var(--line); }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
        .figures { width: auto; } .figures th { font-weight: 400; color: var(--soft); }
        details { margin-top: 1rem; } summary { cursor: pointer; font-weight: 600; }
        code { display: inline-block; margin: .1rem .4rem .1rem 0; word-break: break-all; }
        @media (max-width: 40rem) { body { padding: .6rem; } section { padding: .7rem; } .chart text { font-size: 19px; }
          .chart .axis { font-size: 17px; } }
        @media print { nav { display: none; } body { max-width: none; font-size: 10pt; } section { background: none; padding: 0;
          break-inside: auto; } figure, .causes li, tr { break-inside: avoid; } details { display: block; } }
        """
}
