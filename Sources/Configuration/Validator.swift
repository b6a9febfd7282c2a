import Model

/// Looks for what is wrong between the lines of one file, after each line was right by itself.
///
/// - Source: HAProxy 2.6.12's own checks, as `haproxy -c` makes them on variants of one file.
struct Validator {
    private let drafts: [ProxyDraft]
    private let global: GlobalDraft
    private let configuration: InstanceConfiguration

    /// Everything found.
    var diagnostics: [Diagnostic] = []

    /// Checks a file.
    ///
    /// - Parameters:
    ///   - configuration: what it was resolved to.
    ///   - global: its `global` section, as read.
    ///   - drafts: its proxies, as read.
    init(_ configuration: InstanceConfiguration, global: GlobalDraft, drafts: [ProxyDraft]) {
        self.configuration = configuration
        self.global = global
        self.drafts = drafts
        checkNames()
        for (draft, proxy) in zip(drafts, configuration.proxies) where !draft.settings.isDisabled {
            checkBinds(of: draft)
            checkTLS(of: draft, isRelaying: proxy.isRelaying)
            checkMode(of: draft, isRelaying: proxy.isRelaying)
            checkContent(of: draft, isRelaying: proxy.isRelaying)
            checkChecks(of: draft)
            checkBalance(of: draft)
            checkTimeouts(of: draft)
            checkBackend(of: draft)
            checkServerStates(of: draft)
            checkDispatch(of: draft)
            checkWarren(of: draft)
            checkLog(of: draft)
            checkUserlists(of: draft)
        }
        checkListeners()
        diagnostics += BindOverlap.check(inside: configuration)
    }

    /// A name may be shared by one frontend and one backend alone.
    private mutating func checkNames() {
        var frontends: [String: ProxyDraft] = [:]
        var backends: [String: ProxyDraft] = [:]
        for draft in drafts {
            let name = draft.name.text
            let earlier =
                (draft.kind.hasFrontend ? frontends[name] : nil) ?? (draft.kind.hasBackend ? backends[name] : nil)
            if draft.kind.hasFrontend { frontends[name] = frontends[name] ?? draft }
            if draft.kind.hasBackend { backends[name] = backends[name] ?? draft }
            guard let earlier else { continue }
            diagnostics.append(
                draft.name.error(
                    "there is a \(earlier.kind.rawValue) '\(name)' in line \(earlier.header.location.line) already",
                    help: "give each proxy its own name"))
        }
    }

    private mutating func checkBinds(of draft: ProxyDraft) {
        guard draft.kind.hasFrontend, !draft.mentionsBind else { return }
        let example = "add one such as 'bind *:5672'"
        diagnostics.append(
            draft.name.warning(
                "\(draft.kind.rawValue) '\(draft.name.text)' has no 'bind'",
                help: draft.kind == .listen ? "\(example), or make this section a 'backend'" : example))
    }

    /// Statistics are served without TLS.
    private mutating func checkTLS(of draft: ProxyDraft, isRelaying: Bool) {
        guard draft.settings.mode == .http, !isRelaying, draft.settings.stats != nil else { return }
        for bind in draft.binds where bind.tls != nil {
            diagnostics.append(
                Diagnostic(
                    severity: .error, location: bind.location,
                    message: "'ssl' is not supported here: statistics are served without TLS",
                    help: "remove 'ssl', or put a 'listen' in mode tcp with it before the statistics"))
        }
    }

    /// HTTP is read for statistics alone; connections to servers are relayed as they are.
    private mutating func checkMode(of draft: ProxyDraft, isRelaying: Bool) {
        let name = draft.name.text
        let stats = draft.settings.stats
        switch (draft.settings.mode, isRelaying) {
        case (.tcp, _):
            guard let stats, draft.owns(stats.location) else { return }
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: stats.location,
                    message: "'stats' is ignored in proxy '\(name)': statistics need 'mode http'",
                    help: "add 'mode http' to the section"))
        case (.http, true):
            diagnostics.append(
                draft.name.note("HTTP is not read here: connections of proxy '\(name)' are relayed as they are"))
            guard let stats, draft.owns(stats.location) else { return }
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: stats.location,
                    message: "proxy '\(name)' shows no statistics: its connections are relayed to its servers",
                    help: "give the statistics a 'listen' section of their own"))
        case (.http, false):
            guard stats == nil, !draft.settings.requestRules.contains(where: { $0.action == .serveMetrics }) else {
                return
            }
            diagnostics.append(
                draft.name.warning(
                    "\(draft.kind.rawValue) '\(name)' has neither servers nor statistics: every connection is closed at once",
                    help: "add 'server' lines, a 'default_backend' or 'stats enable'"))
        }
    }

    /// What acts on requests: in TCP, HAProxy ignores it, too.
    private mutating func checkContent(of draft: ProxyDraft, isRelaying: Bool) {
        for use in draft.settings.contentUses {
            let isOwn = draft.owns(use.word.location)
            if draft.settings.mode == .tcp {
                guard isOwn else { continue }
                diagnostics.append(
                    use.word.warning("'\(use.name)' is ignored: it needs 'mode http'", help: "remove it"))
            } else if !isRelaying, !isOwn || use.isObeyedByStatistics {
                // A page of statistics needs none of what defaults say for servers' sake.
                continue
            } else if !isRelaying, let obstacle = use.obstacle {
                diagnostics.append(obstacle)
            } else if let leftOut = use.leftOut {
                diagnostics.append(use.word.warning("'\(use.name)' is not done here: \(leftOut)"))
            } else {
                diagnostics.append(
                    use.word.error(
                        "'\(use.name)' is not supported here: requests are not read",
                        help: "remove it to have connections relayed as they are; HAProxy has it"))
            }
        }
    }

    /// A program that decides has to be named, and programs have to be allowed.
    private mutating func checkProgram(of draft: ProxyDraft) {
        guard case (.program, let word)? = draft.settings.checks.kind else { return }
        if draft.settings.checks.command == nil {
            diagnostics.append(
                word.error(
                    "'option external-check' of proxy '\(draft.name.text)' has no program",
                    help: "add a line such as 'external-check command /usr/local/bin/check'"))
        } else if !global.allowsPrograms {
            diagnostics.append(
                word.error(
                    "'option external-check' runs programs, which 'global' has to allow",
                    help: "write 'external-check' in the 'global' section"))
        }
    }

    /// Lines about checks of another kind than the one that is done.
    private mutating func checkChecks(of draft: ProxyDraft) {
        checkProgram(of: draft)
        guard draft.servers.contains(where: \.settings.isChecked) else { return }
        let checks = draft.settings.checks
        var isSteps = false
        var isHTTP = false
        switch checks.kind?.kind {
        case .steps: isSteps = true
        case .http: isHTTP = true
        case .known, .program, nil: break
        }
        for (rules, keyword, option, isUsed) in [
            (checks.steps, "tcp-check", "tcp-check", isSteps), (checks.exchanges, "http-check", "httpchk", isHTTP),
        ] where !isUsed {
            guard let location = rules.location, draft.owns(location) else { continue }
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: location,
                    message: "the '\(keyword)' lines of proxy '\(draft.name.text)' have no effect",
                    help: "add 'option \(option)', or remove them"))
        }
    }

    /// Algorithms that read what is sent: in TCP, HAProxy does without most of them, too.
    private mutating func checkBalance(of draft: ProxyDraft) {
        guard draft.kind.hasBackend, let word = draft.settings.contentBalance else { return }
        let name = word.text.prefix { $0 != "(" }
        if draft.settings.mode == .tcp, name != "rdp-cookie", name != "hash" {
            diagnostics.append(
                word.warning(
                    "'balance \(name)' needs 'mode http'; servers take turns, as with 'roundrobin'",
                    help: "write 'balance roundrobin'"))
        } else {
            diagnostics.append(
                word.error(
                    "the algorithm '\(word.text)' is not supported here: it reads what clients send",
                    help: "write 'balance roundrobin', 'leastconn' or 'source'"))
        }
    }

    private mutating func checkTimeouts(of draft: ProxyDraft) {
        let timeouts = draft.settings.timeouts
        var missing: [String] = []
        if draft.kind.hasFrontend, timeouts.client == nil { missing.append("client") }
        if draft.kind.hasBackend, !draft.servers.isEmpty {
            if timeouts.connect == nil { missing.append("connect") }
            if timeouts.server == nil, timeouts.tunnel == nil { missing.append("server") }
        }
        missing.removeAll { draft.settings.wrongTimeouts.contains($0) }
        guard !missing.isEmpty else { return }
        let names = missing.map { "'timeout \($0)'" }.joined(separator: ", ")
        diagnostics.append(
            draft.name.warning(
                "proxy '\(draft.name.text)' has no \(names): what hangs there is kept for ever",
                help: "write lines such as 'timeout \(missing[0]) 30s' here or in 'defaults'"))
    }

    private mutating func checkBackend(of draft: ProxyDraft) {
        guard draft.kind.hasFrontend, draft.settings.mode == .tcp else { return }
        let name = draft.name.text
        if let backend = draft.backendName {
            guard draft.kind == .listen, let server = draft.servers.first, backend.text != name else { return }
            diagnostics.append(
                server.name.warning(
                    "the servers of '\(name)' are never used: its 'default_backend' goes before them",
                    help: "remove the servers or the 'default_backend'"))
        } else if draft.kind == .frontend, !draft.hasBackendRules {
            diagnostics.append(
                draft.name.warning(
                    "frontend '\(name)' has no 'default_backend': every connection is closed at once",
                    help: "add one such as 'default_backend servers'"))
        } else if !draft.mentionsServer, draft.settings.stats == nil,
            draft.dispatch == nil, draft.settings.transparent == nil
        {
            diagnostics.append(
                draft.name.warning(
                    "listen '\(name)' has no servers: every connection is closed at once",
                    help: "add one such as 'server app1 192.0.2.1:5672 check'"))
        }
    }

    /// States that are to come from a file that nobody names.
    private mutating func checkServerStates(of draft: ProxyDraft) {
        guard draft.kind.hasBackend, draft.settings.serverStates == .global,
            configuration.global.serverStateFile == nil
        else { return }
        diagnostics.append(
            draft.name.warning(
                "'load-server-state-from-file global' of '\(draft.name.text)' has no effect: 'global' names no file",
                help: "write 'server-state-file states' in 'global'"))
    }

    /// Sessions go to the address of `dispatch` or to servers.
    private mutating func checkDispatch(of draft: ProxyDraft) {
        checkTransparent(of: draft)
        guard draft.dispatch != nil else { return }
        if draft.settings.choosesAlgorithm {
            diagnostics.append(
                draft.name.warning(
                    "the 'dispatch' of '\(draft.name.text)' is ignored: its 'balance' goes before it",
                    help: "remove one of them"))
            return
        }
        guard let server = draft.servers.first else { return }
        diagnostics.append(
            server.name.error(
                "the servers of '\(draft.name.text)' would never be used: its 'dispatch' goes before them",
                help: "remove the servers or the 'dispatch'"))
    }

    /// Sessions go where their clients wanted to, or to servers.
    private mutating func checkTransparent(of draft: ProxyDraft) {
        guard draft.kind.hasBackend, let word = draft.settings.transparent else { return }
        let name = draft.name.text
        if draft.settings.choosesAlgorithm {
            diagnostics.append(
                word.error("'\(name)' can't have both 'option transparent' and 'balance'", help: "remove one of them"))
        } else if draft.dispatch != nil {
            diagnostics.append(
                word.warning(
                    "'option transparent' of '\(name)' has no effect: its 'dispatch' goes before it",
                    help: "remove one of them"))
        } else if let server = draft.servers.first {
            diagnostics.append(
                server.name.error(
                    "the servers of '\(name)' would never be used: its 'option transparent' goes before them",
                    help: "remove it, or write 'balance' to use the servers"))
        }
        for bind in draft.binds where draft.settings.transparent != nil && draft.dispatch == nil {
            guard !bind.isTransparent, !bind.acceptsProxyHeader, draft.backendName == nil else { continue }
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: bind.location,
                    message: "who comes in at \(bind.address) wanted to come here: '\(name)' would connect to itself",
                    help: "write 'transparent' or 'accept-proxy' on this line, so that connections tell where to"))
        }
    }

    private mutating func checkLog(of draft: ProxyDraft) {
        guard draft.kind.hasFrontend, let (_, word) = draft.settings.logFormat else { return }
        let hasTarget = draft.settings.logs.contains { entry in
            switch entry {
            // A wrong line is an error already.
            case .global: !configuration.global.logTargets.isEmpty || global.mentionsLog
            case .target: true
            }
        }
        guard !hasTarget else { return }
        diagnostics.append(
            word.warning(
                "'\(word.text == "log-format" ? "" : "option ")\(word.text)' has no effect: there is no address to log to",
                help: "write 'log 127.0.0.1 local0' in 'global' and 'log global' in 'defaults'"))
    }

    /// Rules about requests may name lists that come later.
    private mutating func checkUserlists(of draft: ProxyDraft) {
        let names = configuration.userlists.map(\.name)
        for word in draft.settings.userlistsInUse where !names.contains(word.text) {
            diagnostics.append(
                word.error(
                    "there is no userlist '\(word.text)'",
                    help: Suggestion.closest(to: word.text, among: names).map { "did you mean '\($0)'?" }
                        ?? "add a section 'userlist \(word.text)'"))
        }
    }

    /// A file has to listen somewhere.
    private mutating func checkListeners() {
        let listens = drafts.contains { !$0.settings.isDisabled && $0.kind.hasFrontend && $0.mentionsBind }
        guard !listens else { return }
        let location = SourceLocation(file: configuration.file, line: 0, column: 0)
        if configuration.global.statsSockets.isEmpty {
            diagnostics.append(
                Diagnostic(
                    severity: .error, location: location, message: "nothing listens: no proxy has a 'bind'",
                    help: "add a 'listen' or 'frontend' section with a line such as 'bind *:5672'"))
        } else {
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: location,
                    message: "no proxy accepts connections, only the stats socket",
                    help: "add a 'listen' or 'frontend' section with a line such as 'bind *:5672'"))
        }
    }
}
