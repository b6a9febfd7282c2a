import ArgumentParser

/// `INSTANCE[/PROXY]`, as an order to the proxies of an instance takes it.
struct ProxyArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The instance, or one proxy of it as instance/proxy; all that it makes sense for.", valueName: "instance"))
    var target: String

    /// The instance's name.
    var instance: String { String(target.prefix { $0 != "/" }) }

    /// The proxy's name; `nil` for all.
    var proxy: String? {
        target.firstIndex(of: "/").map { String(target[target.index(after: $0)...]) }
    }
}
