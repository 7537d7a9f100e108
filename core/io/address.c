// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct block4 {
    uint32_t first;
    unsigned bits;
};

struct block6 {
    uint8_t first[16];
    unsigned bits;
};

static const struct block4 special4[] = {
    {0x00000000, 8},  // this network, 0.0.0.0
    {0x0A000000, 8},  // private
    {0x64400000, 10}, // shared address space, CGNAT
    {0x7F000000, 8},  // loopback
    {0xA9FE0000, 16}, // link-local, 169.254.169.254
    {0xAC100000, 12}, // private
    {0xC0000000, 24}, // IETF protocol assignments
    {0xC0000200, 24}, // documentation
    {0xC0586300, 24}, // 6to4 relays
    {0xC0A80000, 16}, // private
    {0xC6120000, 15}, // benchmarks
    {0xC6336400, 24}, // documentation
    {0xCB007100, 24}, // documentation
    {0xE0000000, 4},  // multicast
    {0xF0000000, 4},  // reserved, broadcast
};

// Inside 2000::/3; everything outside is refused but NAT64.
static const struct block6 special6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, // IETF protocol assignments, Teredo, benchmarks, ORCHID
    {{0x20, 0x01, 0x0D, 0xB8}, 32}, // documentation
    {{0x20, 0x02}, 16},             // 6to4
    {{0x3F, 0xFF}, 20},             // documentation
};
static const struct block6 global6 = {{0x20}, 3};
static const struct block6 nat64 = {{0x00, 0x64, 0xFF, 0x9B}, 96};

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++) {
        uint32_t mask = UINT32_MAX << (32 - special4[i].bits);
        if ((address & mask) == special4[i].first) {
            return false;
        }
    }
    return true;
}

static bool is_in6(const uint8_t *address, const struct block6 *block)
{
    unsigned whole = block->bits / 8;
    unsigned rest = block->bits % 8;
    if (memcmp(address, block->first, whole) != 0) {
        return false;
    }
    uint8_t mask = (uint8_t)(0xFF00u >> rest);
    return rest == 0 || (address[whole] & mask) == block->first[whole];
}

static bool is_public6(const uint8_t *address)
{
    if (is_in6(address, &nat64)) { // a v4 address behind a translator
        uint32_t inner = 0;
        memcpy(&inner, address + 12, sizeof inner);
        return is_public4(ntohl(inner));
    }
    if (!is_in6(address, &global6)) {
        return false;
    }
    for (size_t i = 0; i < sizeof special6 / sizeof special6[0]; i++) {
        if (is_in6(address, &special6[i])) {
            return false;
        }
    }
    return true;
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return is_public4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return is_public6(v6.sin6_addr.s6_addr);
    }
    return false;
}

bool address_text_is_public(const char *text)
{
    char plain[INET6_ADDRSTRLEN];
    size_t n = strcspn(text, "%"); // without the scope
    if (n >= sizeof plain) {
        return false;
    }
    memcpy(plain, text, n);
    plain[n] = '\0';
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, plain, &v4) == 1) {
        return is_public4(ntohl(v4.s_addr));
    }
    return inet_pton(AF_INET6, plain, &v6) == 1 && is_public6(v6.s6_addr);
}
