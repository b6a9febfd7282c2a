extension CommandTableOfWalk {
    /// Levels, modes, time limits, prompts, chains, payloads, blanks and escapes.
    static let conversation = CommandTableOfWalk(
        "the conversation itself",
        #"""
        show cli level
        show cli level x
        show cli sockets
        user;show cli sockets
        operator;show cli level
        set timeout
        set timeout x
        set timeout cli
        set timeout cli x
        set timeout cli 10
        set timeout cli 0
        set timeout cli -1
        set timeout cli 10s
        set timeout cli 10x
        set timeout cli 1h
        set severity-output
        set severity-output x
        set severity-output none
        set severity-output number;show cli level;get weight be/s1;set weight be/s1 x;help quit;nosuch;set server be/s1 addr 127.0.0.1 port 1234
        operator
        operator;operator;show cli level
        user;show cli level;operator;show cli level
        operator;user;show cli level
        user;operator
        operator;operator
        operator;user;show cli level
        user;user
        prompt
        prompt;prompt
        prompt\nshow cli level\n\nquit
        prompt\nhelp quit\nquit
        prompt;show cli level;quit;show cli level
        prompt x;show cli level
        quit;show cli level
        quit x
        ;
        ;;
        ;show cli level
        show cli level;
        show cli level;;show cli level
        show cli level\n;show cli level
        show cli level\nshow cli level
        show cli level ; show cli level
        \n
        \n\n
        show cli level\r
        show cli level\r\nshow cli level\r
        show\tcli\tlevel
        show   cli   level  
          show cli level
        show cli\\ level
        show cli lev\\el
        show cli level\\;
        show cli level \\; x
        show "cli level"
        show cli level #x
        show cli le
        show cli levelx
        show cli level <<
        show cli level <<\n
        show cli level <<\n\n
        show cli level <<\nx\n
        show cli level <<\nx\n\nshow cli level
        show cli level << x
        show cli level <<x\ny\n\n
        show cli level<<\n\nshow cli level
        show cli level <<;show cli level\n\n
        prompt\nshow cli level <<\nx\ny\n\nquit
        <<
        <<\n\n
        show cli level;user;show cli level;show env
        expert-mode
        expert-mode on;expert-mode
        expert-mode off;expert-mode
        expert-mode x;expert-mode
        user;expert-mode
        operator;expert-mode on
        operator;experimental-mode
        experimental-mode
        experimental-mode on;experimental-mode;experimental-mode off;experimental-mode
        show map
        user;show version
        """#,
        differing: [
            #"user;show version"#:
                "each says its own version"
        ])

    /// What is listed, at each level and in each mode, and what is said to what is no command.
    static let help = CommandTableOfWalk(
        "help",
        #"""
        help
        user;help
        operator;help
        help show
        help set
        help quit
        help nosuch
        help show stat
        help add server
        help clear
        user;help set
        expert-mode on;help
        experimental-mode on;help
        nosuch
        show
        set
        add
        del
        clear
        get
        enable
        disable
        shutdown
        abort
        commit
        new
        dump
        test
        wait
        user;set
        enable
        shutdown
        clear
        show cli
        show servers
        show
        "show" cli level
        SHOW CLI LEVEL
        sho cli level
        show c l
        help help
        help prompt
        help user
        help show sess
        help show servers
        help shutdown
        help enable
        help x y z
        help show x
        help show sta
        help get weight
        help "show stat"
        help   show   cli
        experimental-mode on;expert-mode on;help
        operator;help show
        user;help clear
        """#,
        differing: Dictionary(
            uniqueKeysWithValues: ["help nosuch", "help x y z", "help show x"].map {
                ($0, "which commands are proposed depends on which there are")
            }))
}
