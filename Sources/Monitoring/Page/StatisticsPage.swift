import Configuration
import Foundation
import History
import Model
import Mustache

/// The statistics page of one proxy.
struct StatisticsPage: Sendable {
    private let library: MustacheLibrary
    private let configuration: StatsConfiguration
    private let process: ProcessInformation

    /// Prepares the page.
    ///
    /// - Parameters:
    ///   - configuration: the proxy's statistics.
    ///   - process: the process that runs the instance.
    /// - Throws: `MustacheTemplate.ParserError` when a template is wrong.
    init(configuration: StatsConfiguration, process: ProcessInformation) throws {
        var library = MustacheLibrary()
        try library.register(Self.text(PackageResources.statistics_mustache), named: "statistics")
        try library.register(Self.text(PackageResources.proxy_mustache), named: "proxy")
        try library.register(Self.text(PackageResources.style_mustache), named: "style")
        self.library = library
        self.configuration = configuration
        self.process = process
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Writes the page.
    ///
    /// - Parameters:
    ///   - snapshot: the instance at one moment.
    ///   - view: what the client wants to see of it.
    ///   - flapping: the servers that change their state too often.
    /// - Returns: the HTML.
    func html(
        of snapshot: InstanceSnapshot, _ view: StatisticsView, flapping: [ServerIdentity: Flapping] = [:]
    ) -> String {
        let selection = view.selection(among: configuration.scopes)
        let style = StatisticsStyle(showsLegends: configuration.showsLegends, countsServers: selection.countsServers)
        let proxies = snapshot.proxies.filter(selection.includes).map { proxy in
            table(
                of: proxy,
                StatisticsRow.rows(of: proxy, selection).map { row in
                    var shown = PageRow(
                        row, style: style, flapping: row.identity(in: snapshot.instance).flatMap { flapping[$0] })
                    if configuration.showsModules { shown.cells += ProtocolModule.all.map { $0.cell(of: row) } }
                    return shown
                },
                isForm: view.mayChange && proxy.backend != nil && !proxy.servers.isEmpty)
        }
        var context = facts(of: snapshot)
        context.merge(links(of: view)) { _, link in link }
        context["proxies"] = proxies
        context["scope"] = view.scope
        context["outcome"] = view.outcome
        if configuration.showsModules {
            context["hasModules"] = true
            context["moduleCount"] = ProtocolModule.all.count
            context["modules"] = ProtocolModule.all.map(\.name)
        }
        guard let html = library.render(context, withTemplate: "statistics") else {
            preconditionFailure("the template was registered when the page was made")
        }
        return html
    }

    /// One proxy's table; as a form, its servers can be chosen for an action.
    private func table(of proxy: ProxySnapshot, _ rows: [PageRow], isForm: Bool) -> [String: Any] {
        let rows = rows.map { row in
            var row = row
            row.canBeChosen = isForm
            return row
        }
        var table: [String: Any] = ["name": proxy.name, "rows": rows]
        if isForm {
            table["form"] = [
                "number": proxy.id,
                "actions": ServerForm.Action.allCases.map { ["name": $0.rawValue, "title": $0.title] },
            ]
        }
        // An entry that is set to nil is none, which is what the template asks for.
        table["description"] = proxy.description
        if configuration.showsLegends {
            let sides = proxy.frontend == nil ? "backend" : proxy.backend == nil ? "frontend" : "proxy"
            table["legend"] = "cap: \(sides), mode: \(StatisticsTable.mode(of: proxy)), id: \(proxy.id)"
        }
        return table
    }

    /// The lines above the tables.
    private func facts(of snapshot: InstanceSnapshot) -> [String: Any] {
        let told = Dictionary(
            process.fields(of: snapshot).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        var facts: [String: Any] = [
            "product": ProcessInformation.productName, "instance": snapshot.instance, "pid": process.processID,
            "threads": snapshot.threads,
            "uptime": UptimeText.long(seconds: snapshot.uptimeMilliseconds / 1000),
            "descriptors": process.descriptorLimit, "maxconn": snapshot.maxconn,
            "connections": snapshot.currentConnections, "idle": snapshot.idlePercent,
        ]
        facts["connectionRate"] = told["ConnRate"]
        facts["bitRate"] = told["BytesOutRate"].flatMap { Int64($0) }.map { Self.bitRate(bytes: $0) }
        facts["runningTasks"] = told["Run_queue"]
        facts["tasks"] = told["Tasks"]
        facts["node"] = configuration.node
        facts["subject"] = configuration.description
        if !configuration.hidesVersion { facts["version"] = process.version }
        return facts
    }

    /// Bits a second in the unit that suits them.
    static func bitRate(bytes: Int64) -> String {
        let bits = Double(bytes) * 8
        return switch bits {
        case ..<1e6: String(format: "%.3f kbps", bits / 1e3)
        case ..<1e9: String(format: "%.3f Mbps", bits / 1e6)
        default: String(format: "%.3f Gbps", bits / 1e9)
        }
    }

    /// The links beside the legend; each keeps what the others chose.
    private func links(of view: StatisticsView) -> [String: Any] {
        let uri = configuration.uri
        let refreshes = configuration.refresh != nil
        let still = refreshes ? ";norefresh" : ""
        var links: [String: Any] = [
            "page": uri + view.options(), "reload": uri + view.options(),
            "csv": uri + ";csv" + still, "json": uri + ";json" + still, "schema": uri + ";json-schema",
            "down": uri + view.options(isDownHidden: !view.hidesDown),
            "downWords": view.hidesDown ? "Show all servers" : "Hide 'DOWN' servers",
        ]
        if refreshes {
            links["refresh"] = uri + view.options(isStill: !view.hasNoRefresh)
            links["refreshWords"] = view.hasNoRefresh ? "Enable refresh" : "Disable refresh"
        }
        return links
    }
}

extension StatisticsRow {
    /// The name under which the history knows a server; `nil` for what is none.
    fileprivate func identity(in instance: String) -> ServerIdentity? {
        guard case .server(let server, let proxy) = self else { return nil }
        return ServerIdentity(instance: instance, proxy: proxy.name, server: server.name)
    }
}
