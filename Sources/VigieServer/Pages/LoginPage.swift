/// Where a browser shows its token once.
enum LoginPage {
    static func html(_ frame: PageFrame, refusal: String?) -> String {
        let words = frame.words
        let refused: Markup = refusal.map { "<p class=\"refused\" role=\"alert\">\($0)</p>" } ?? ""
        return frame.page(
            title: words("Log in", "Connexion"), isLive: false,
            """
            <section class="login">
            <h1>\(words("Log in", "Connexion"))</h1>
            \(refused)
            <form method="post" action="/login?lang=\(words.code)">
            <label for="token">\(words("Your token", "Votre jeton"))</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
            <button>\(words("Log in", "Se connecter"))</button>
            </form>
            <p class="facts">\(words("Made by", "Créé par")) <code>vigie token create --name … --role viewer</code></p>
            </section>
            """)
    }
}
