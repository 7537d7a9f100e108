// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digest.h"
#include "signing.h"

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (uint8_t)byte;
    }
    return n;
}

static void assert_hex(const uint8_t *bytes, size_t n, const char *wanted)
{
    char hex[257];
    assert_true(n <= 128);
    digest_hex(bytes, n, hex);
    assert_string_equal(hex, wanted);
}

// RFC 8032, 7.1: tests 1, 2 and 3.
static const struct {
    const char *seed, *key, *message, *signature;
} ed25519_cases[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
};

static void test_signing__ed25519_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ed25519_cases / sizeof ed25519_cases[0]; i++) {
        uint8_t seed[ED25519_SEED_BYTES];
        uint8_t key[ED25519_KEY_BYTES];
        uint8_t message[8];
        uint8_t signature[ED25519_SIGNATURE_BYTES];
        from_hex(ed25519_cases[i].seed, seed);
        struct text data = {(const char *)message, from_hex(ed25519_cases[i].message, message)};
        assert_int_equal(ed25519_public(seed, key, NULL), PT_OK);
        assert_hex(key, sizeof key, ed25519_cases[i].key);
        assert_int_equal(ed25519_sign(seed, data, signature, NULL), PT_OK);
        assert_hex(signature, sizeof signature, ed25519_cases[i].signature);
        assert_int_equal(ed25519_verify(key, signature, data, NULL), PT_OK);
        for (size_t bit = 0; bit < 8 * sizeof signature; bit += 7) {
            struct pt_error err = ERROR_INIT;
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(ed25519_verify(key, signature, data, &err), PT_E_DENIED);
            assert_string_equal(err.message, "the signature does not hold");
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_int_equal(ed25519_verify(key, signature, text_of("other"), NULL), PT_E_DENIED);
        key[0] ^= 1;
        assert_int_not_equal(ed25519_verify(key, signature, data, NULL), PT_OK);
    }
}

// RFC 7693, appendix A.
static void test_signing__blake2b_example(void **state)
{
    (void)state;
    uint8_t out[BLAKE2B512_BYTES];
    assert_int_equal(blake2b512_of(text_of("abc"), out, NULL), PT_OK);
    assert_hex(
        out, sizeof out,
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5"
        "de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

// RFC 7914, 12.
static void test_signing__scrypt_examples(void **state)
{
    (void)state;
    uint8_t out[64];
    struct scrypt_request request = {.password = text_of("password"),
                                     .salt = text_of("NaCl"),
                                     .n = 1024,
                                     .r = 8,
                                     .p = 16,
                                     .memory_bytes = (uint64_t)32 << 20};
    assert_int_equal(scrypt_fill(&request, out, sizeof out, NULL), PT_OK);
    assert_hex(
        out, sizeof out,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109"
        "279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
    request = (struct scrypt_request){.n = 16, .r = 1, .p = 1, .memory_bytes = (uint64_t)1 << 20};
    assert_int_equal(scrypt_fill(&request, out, sizeof out, NULL), PT_OK);
    assert_hex(
        out, sizeof out,
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a75"
        "3a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
}

static void test_signing__scrypt_beyond_its_limits(void **state)
{
    (void)state;
    uint8_t out[8];
    static const struct scrypt_request wrong[] = {
        {.n = 1024, .r = 8, .p = 1, .memory_bytes = 1 << 20}, // needs a little more
        {.n = 1000, .r = 8, .p = 1, .memory_bytes = 1 << 24}, // no power of two
        {.n = 1024, .r = 8, .p = 0, .memory_bytes = 1 << 24},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct pt_error err = ERROR_INIT;
        assert_int_equal(scrypt_fill(&wrong[i], out, sizeof out, &err), PT_E_LIMIT);
        assert_non_null(strstr(err.message, "is not possible"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signing__ed25519_examples),
        cmocka_unit_test(test_signing__blake2b_example),
        cmocka_unit_test(test_signing__scrypt_examples),
        cmocka_unit_test(test_signing__scrypt_beyond_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
