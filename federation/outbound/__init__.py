"""From a change here to bytes in other servers' inboxes: say, freeze, address, sign, deliver."""
