import Alerting
import Foundation
import History
import Model
import Yams

/// Makes values of a settings file's nodes; what cannot be used is noted, and reading goes on behind it.
struct SettingsReader {
    /// The most alerts of a file: each has a task of its own.
    private static let mostAlerts = 64
    /// The shortest time for which samples are kept: minutes are made of them.
    private static let leastRetention: Int64 = 3_600_000

    var notes: SettingsNotes

    /// Reads the whole file.
    mutating func options(_ root: Node) -> SupervisorOptions {
        var options = SupervisorOptions()
        guard let fields = fields(root, of: "supervise.yaml", known: ["retention", "alerts"]) else { return options }
        if let node = fields["retention"] { options.retention = retention(node) }
        if let node = fields["alerts"] { options.alerts = alerts(node) }
        return options
    }

    // MARK: Retention

    private mutating func retention(_ node: Node) -> Retention {
        let names = ["samples", "minutes", "hours"]
        let standard = Retention.standard
        guard let fields = fields(node, of: "retention", known: names) else { return standard }
        var lengths = [standard.samples, standard.minutes, standard.hours]
        for (index, name) in names.enumerated() {
            guard let node = fields[name], let length = length(node, of: name) else { continue }
            lengths[index] = length
            if length < .milliseconds(Self.leastRetention) {
                notes.error("\(name) are kept for less than an hour", at: node, help: "write at least 1h")
            }
        }
        for index in 1...2 where lengths[index] < lengths[index - 1] {
            notes.error(
                "\(names[index]) are kept for a shorter time than \(names[index - 1])",
                at: fields[names[index]] ?? fields[names[index - 1]] ?? node,
                help: "each level is made of the finer one and outlives it: give \(names[index]) a longer time")
        }
        return Retention(samples: lengths[0], minutes: lengths[1], hours: lengths[2])
    }

    // MARK: Alerts

    private mutating func alerts(_ node: Node) -> [AlertSettings] {
        guard let list = node.sequence else {
            notes.error("alerts is no list", at: node, help: "begin each alert with '- name: ...'")
            return []
        }
        if list.count > Self.mostAlerts {
            notes.error(
                "more than \(Self.mostAlerts) alerts", at: node, help: "let one alert tell of several occasions")
        }
        var names: Set<String> = []
        return list.compactMap { alert($0, names: &names) }
    }

    /// Reads one alert to its end, whatever is wrong in it.
    private mutating func alert(_ node: Node, names: inout Set<String>) -> AlertSettings? {
        let known = ["name", "on", "instances", "webhook", "command", "give-up"]
        guard let fields = fields(node, of: "an alert", known: known) else { return nil }
        let name = fields["name"].flatMap { text($0, of: "name") }
        if fields["name"] == nil {
            notes.error("an alert has no name", at: node, help: "write 'name: ops' or the like")
        }
        if let name, !names.insert(name).inserted {
            notes.error("a second alert is called '\(name)'", at: node, help: "give each alert its own name")
        }
        let receiver = receiver(fields, of: node)
        if fields["on"] == nil {
            notes.error("the alert says nothing of when", at: node, help: "write 'on: [incident-opened]'")
        }
        let occasions = fields["on"].map { self.occasions($0) }
        let instances = fields["instances"].map { self.instances($0) }
        let patience = fields["give-up"].flatMap { length($0, of: "give-up") }
        guard let name, let receiver, let occasions else { return nil }
        var alert = AlertSettings(name: name, occasions: occasions, receiver: receiver.value)
        if let limit = receiver.limit { alert.attemptLimit = limit }
        if let instances { alert.instances = instances }
        if let patience { alert.patience = patience }
        return alert
    }

    private mutating func occasions(_ node: Node) -> Set<AlertOccasion> {
        let known = AlertOccasion.allCases.map(\.rawValue)
        let words = words(node, of: "on")
        if words.isEmpty, node.sequence?.isEmpty ?? false {
            notes.error("'on' is empty", at: node, help: "write one or more of \(known.joined(separator: ", "))")
        }
        return Set(
            words.compactMap { word in
                if let occasion = AlertOccasion(rawValue: word.text) { return occasion }
                let meant = Suggestion.closest(to: word.text, among: known).map { "did you mean '\($0)'? " } ?? ""
                notes.error(
                    "nothing is called '\(word.text)'", at: word.node,
                    help: "\(meant)known are \(known.joined(separator: ", "))")
                return nil
            })
    }

    /// Names of instances; of one whose file isn't there a warning tells, since it may come later.
    private mutating func instances(_ node: Node) -> Set<String> {
        let words = words(node, of: "instances")
        let folder = URL(fileURLWithPath: notes.file).deletingLastPathComponent().path
        // A folder that cannot be read has nothing to compare with, and its own message elsewhere.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let known = files.filter { $0.hasSuffix(".cfg") }.map { String($0.dropLast(4)) }.sorted()
        for word in words where !known.isEmpty && !known.contains(word.text) {
            let meant = Suggestion.closest(to: word.text, among: known).map { "did you mean '\($0)'? " } ?? ""
            notes.warning(
                "no instance is called '\(word.text)'", at: word.node,
                help: "\(meant)beside this file are \(known.joined(separator: ", "))")
        }
        return Set(words.map(\.text))
    }

    private mutating func receiver(
        _ fields: [String: Node], of node: Node
    ) -> (value: AlertReceiver, limit: Duration?)? {
        switch (fields["webhook"], fields["command"]) {
        case (let webhook?, nil): return self.webhook(webhook)
        case (nil, let command?): return self.command(command)
        case (nil, nil):
            notes.error("the alert tells nobody", at: node, help: "give it a 'webhook:' with a url, or a 'command:'")
        case (_?, let command?):
            notes.error(
                "the alert has a webhook and a command", at: command,
                help: "make two alerts of it, each with its own name")
        }
        return nil
    }

    private mutating func webhook(_ node: Node) -> (value: AlertReceiver, limit: Duration?)? {
        guard let fields = fields(node, of: "webhook", known: ["url", "secret-file", "timeout"]) else { return nil }
        let (key, limit) = (fields["secret-file"].flatMap { secret($0) }, attemptLimit(fields))
        guard let urlNode = fields["url"], let url = text(urlNode, of: "url") else {
            if fields["url"] == nil {
                notes.error("the webhook has no url", at: node, help: "write 'url: https://example.org/hook'")
            }
            return nil
        }
        let parts = URLComponents(string: url)
        if !["http", "https"].contains(parts?.scheme?.lowercased()) || parts?.host?.isEmpty ?? true {
            notes.error(
                "'\(url)' is no address of a web server", at: urlNode,
                help: "begin it with http:// or https:// and a name")
        }
        return (.webhook(url: url, secret: key), limit)
    }

    private mutating func secret(_ node: Node) -> [UInt8]? {
        guard let name = text(node, of: "secret-file") else { return nil }
        let path = path(name)
        do {
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            // An editor ends the line, and who made the key did not mean that.
            while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
            if bytes.isEmpty { notes.error("\(path) is empty", at: node, help: "put a long random text into it") }
            return bytes
        } catch {
            notes.error(
                "\(path) cannot be read: \(error.localizedDescription)", at: node,
                help: "name a file that holds the secret, beside supervise.yaml or with its whole path")
            return nil
        }
    }

    private mutating func command(_ node: Node) -> (value: AlertReceiver, limit: Duration?)? {
        guard let fields = fields(node, of: "command", known: ["run", "timeout"]) else { return nil }
        let limit = attemptLimit(fields)
        guard let runNode = fields["run"] else {
            notes.error("the command has nothing to run", at: node, help: "write 'run: [/usr/local/bin/page, --high]'")
            return nil
        }
        let words = words(runNode, of: "run")
        guard let program = words.first else {
            if runNode.sequence?.isEmpty ?? false {
                notes.error("'run' is empty", at: runNode, help: "write 'run: [/usr/local/bin/page, --high]'")
            }
            return nil
        }
        let path = path(program.text)
        if !FileManager.default.isExecutableFile(atPath: path) {
            notes.error(
                "\(path) is no program that can be run", at: program.node,
                help: "name a file that may be executed; no shell looks for it")
        }
        return (.command(program: path, arguments: words.dropFirst().map(\.text)), limit)
    }

    private mutating func attemptLimit(_ fields: [String: Node]) -> Duration? {
        guard let node = fields["timeout"], let length = length(node, of: "timeout") else { return nil }
        if length > .seconds(300) { notes.error("timeout is longer than 5m", at: node, help: "write 5m or less") }
        return length
    }

    /// A file beside the settings, unless its whole path is said.
    private func path(_ name: String) -> String {
        if name.hasPrefix("/") { return name }
        let folder = URL(fileURLWithPath: notes.file).deletingLastPathComponent()
        return folder.appendingPathComponent(name).path
    }

    // MARK: Nodes

    private mutating func fields(_ node: Node, of what: String, known: [String]) -> [String: Node]? {
        guard let mapping = node.mapping else {
            notes.error(
                "\(what) has no fields", at: node,
                help: "write 'NAME: VALUE' lines; known are \(known.joined(separator: ", "))")
            return nil
        }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, known.contains(name) else {
                let name = key.scalar?.string ?? "?"
                let meant = Suggestion.closest(to: name, among: known).map { "did you mean '\($0)'? " } ?? ""
                notes.error(
                    "\(what) knows no '\(name)'", at: key, help: "\(meant)known are \(known.joined(separator: ", "))")
                continue
            }
            fields[name] = value
        }
        return fields
    }

    private mutating func text(_ node: Node, of what: String) -> String? {
        guard let text = node.scalar?.string, !text.isEmpty else {
            notes.error("\(what) is no text", at: node, help: "write one value behind '\(what):'")
            return nil
        }
        return text
    }

    /// One word, or a list of them.
    private mutating func words(_ node: Node, of what: String) -> [(text: String, node: Node)] {
        guard let list = node.sequence else { return text(node, of: what).map { [($0, node)] } ?? [] }
        return list.compactMap { element in text(element, of: what).map { ($0, element) } }
    }

    private mutating func length(_ node: Node, of what: String) -> Duration? {
        guard let text = text(node, of: what) else { return nil }
        guard let milliseconds = LengthText.milliseconds(text) else {
            notes.error(
                "'\(text)' is no length of time", at: node,
                help: "write a number with its unit (s m h d w), such as 48h")
            return nil
        }
        return .milliseconds(milliseconds)
    }
}
