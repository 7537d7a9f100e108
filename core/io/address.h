// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Which addresses are public: the IANA special-purpose registries (RFC 6890 and updates), read as
// "what is not known to be global unicast is refused".
#ifndef PORTRAIT_IO_ADDRESS_H
#define PORTRAIT_IO_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

// False for loopback, private, shared (CGNAT), link-local (metadata services), documentation,
// benchmark, multicast, reserved, v4-mapped addresses, and for families other than IP.
bool address_is_public(const struct sockaddr *address);
// The same for text such as "127.0.0.1", "fe80::1%eth0"; false when it is no address.
bool address_text_is_public(const char *text);

#endif
