import Synchronization
import VigieWire

/// Says who shows a secret: by token, or by the session of a browser that showed one at log-in.
final class TokenDesk: Sendable {
    /// Sessions of browsers at once; the one that ends first goes.
    static let maxSessions = 1_024
    /// How long a browser stays logged in.
    static let sessionLength: Duration = .seconds(12 * 3_600)  // one watch

    /// What became of a secret.
    enum Answer: Sendable, Equatable {
        case known(Identity)
        case unknown
        case slowDown(seconds: Int)
    }

    private struct Session {
        var tokenName: String
        var tokenHash: String
        var expires: Timestamp
    }

    private struct State {
        var tokens: [Token] = []
        var stamp: Int64 = -1
        var checkedAt = Timestamp.distantPast
        var problem: String?
        var limiter = FailureLimiter()
        var sessions: [String: Session] = [:]
    }

    private let file: TokenFile?
    private let clock: NodeClock
    // a comparison of hashes for each request; the file at most once a second
    private let state = Mutex(State())
    let failures = Counter()

    /// A desk over a token file; `nil`: no token is known.
    init(file: TokenFile?, clock: NodeClock = .real) {
        self.file = file
        self.clock = clock
    }

    /// Who shows this token secret, coming from `place`.
    func identify(secret: String, from place: String) -> Answer {
        let now = clock.now
        return state.withLock { state in
            refresh(&state, now)
            let hash = TokenSecret.hash(secret)
            var found: Token?
            for token in state.tokens where TokenSecret.equal(token.sha256, hash) { found = token }
            // A good secret always passes: behind a proxy everybody comes from one place, and one guesser must not lock
            // all others out. Guessing 256 bits is hopeless; what is limited is the noise.
            guard let found, found.isValid(at: now) else {
                let wait = state.limiter.wait(place, now: now)
                state.limiter.fail(place, now: now)
                failures.count()
                return wait > 0 ? .slowDown(seconds: wait) : .unknown
            }
            return .known(
                Identity(
                    name: found.name, role: found.role, scopes: found.scopes, centres: found.centres ?? []))
        }
    }

    /// Opens a browser's session for whoever shows this secret: a cookie's value.
    func logIn(secret: String, from place: String) -> (Answer, cookie: String?) {
        let answer = identify(secret: secret, from: place)
        guard case .known(let identity) = answer else { return (answer, nil) }
        let cookie = TokenSecret.make()
        let now = clock.now
        state.withLock { state in
            state.sessions = state.sessions.filter { $0.value.expires > now }
            if state.sessions.count >= Self.maxSessions,
                let first = state.sessions.min(by: { $0.value.expires < $1.value.expires })?.key
            {
                state.sessions[first] = nil
            }
            state.sessions[TokenSecret.hash(cookie)] = Session(
                tokenName: identity.name, tokenHash: TokenSecret.hash(secret),
                expires: now + Self.sessionLength)
        }
        return (answer, cookie)
    }

    /// Who the browser with this cookie is; a session ends with its token.
    func identify(cookie: String) -> Identity? {
        let now = clock.now
        return state.withLock { state in
            refresh(&state, now)
            guard let session = state.sessions[TokenSecret.hash(cookie)], session.expires > now,
                let token = state.tokens.first(where: { $0.name == session.tokenName }),
                token.isValid(at: now), TokenSecret.equal(token.sha256, session.tokenHash)
            else { return nil }
            return Identity(
                name: token.name, role: token.role, scopes: token.scopes, centres: token.centres ?? [])
        }
    }

    /// Ends a browser's session.
    func logOut(cookie: String) { state.withLock { $0.sessions[TokenSecret.hash(cookie)] = nil } }

    /// How the tokens are: whether the file is read, whether there is one at all.
    var health: Health {
        let now = clock.now
        return state.withLock { state in
            refresh(&state, now)
            if let problem = state.problem { return .degraded(problem) }
            if state.tokens.allSatisfy({ !$0.isValid(at: now) }) {
                return .degraded(
                    "no token is good: make one with `vigie token create --name YOU --role admin`")
            }
            return .good
        }
    }

    private func refresh(_ state: inout State, _ now: Timestamp) {
        guard let file else { return }
        let isRecent = now >= state.checkedAt && now - state.checkedAt < .seconds(1)
        guard !isRecent || state.stamp == -1 else { return }
        state.checkedAt = now
        let stamp = file.stamp
        guard stamp != state.stamp else { return }
        do {
            state.tokens = try file.read()
            state.stamp = stamp
            state.problem = nil
        } catch {
            // The tokens that were read before stay good: a damaged file must not lock everybody out.
            state.problem = error.description
        }
    }
}
