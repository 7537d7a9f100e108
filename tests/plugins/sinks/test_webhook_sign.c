// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plain code of webhook: signatures against the example that the Standard Webhooks libraries
// publish, verdicts against RFC 9110.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "webhook_sign.h"
#include "webhook_verdict.h"

static bool key_of(const char *secret, struct webhook_key *out)
{
    return webhook_sign_key((const uint8_t *)secret, strlen(secret), out);
}

static void test_webhook_sign__the_published_example(void **state)
{
    (void)state;
    static const char body[] = "{\"test\": 2432232314}";
    struct webhook_key key;
    char signature[WEBHOOK_SIGNATURE_BYTES];
    assert_true(key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &key));
    assert_int_equal(key.n, 24);
    assert_true(webhook_sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                             (const uint8_t *)body, sizeof body - 1, signature));
    assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

// Against the core's own HMAC, over keys and bodies of many lengths.
static void test_webhook_sign__agrees_with_another_hmac(void **state)
{
    (void)state;
    for (size_t n = 1; n < 300; n += 7) {
        char secret[300];
        memset(secret, 'a' + (int)(n % 26), n);
        secret[n] = '\0';
        struct webhook_key key;
        char signature[WEBHOOK_SIGNATURE_BYTES];
        assert_true(key_of(secret, &key));
        assert_true(webhook_sign(&key, "id", -5, (const uint8_t *)secret, n, signature));
        struct str message = {0};
        struct str expected = {0};
        uint8_t mac[SHA256_BYTES];
        str_addf(&message, "id.-5.%s", secret);
        assert_int_equal(hmac_sha256(text_of(secret), str_view(&message), mac, NULL), PT_OK);
        str_add(&expected, "v1,");
        assert_true(base64_encode(mac, sizeof mac, &expected));
        assert_string_equal(signature, str_get(&expected));
        str_release(&message);
        str_release(&expected);
    }
}

static void test_webhook_sign__keys(void **state)
{
    (void)state;
    struct webhook_key key;
    assert_true(key_of("any text will do", &key));
    assert_int_equal(key.n, 16);
    assert_true(key_of("whsec_AAEC/w==", &key));
    assert_int_equal(key.n, 4);
    assert_memory_equal(key.bytes, "\x00\x01\x02\xff", 4);
    assert_true(key_of("whsec_AAEC/w", &key)); // padding left out
    assert_int_equal(key.n, 4);
    webhook_sign_wipe(&key);
    assert_int_equal(key.n, 0);
    static const char *const faulty[] = {
        "", "whsec_", "whsec_====", "whsec_A", "whsec_AA EC", "whsec_AAE*", "whsec_AAEC-w=="};
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        assert_false(key_of(faulty[i], &key));
    }
    char *longest = malloc(WEBHOOK_KEY_MAX + 2);
    memset(longest, 'x', WEBHOOK_KEY_MAX + 1);
    longest[WEBHOOK_KEY_MAX + 1] = '\0';
    assert_false(key_of(longest, &key));
    longest[WEBHOOK_KEY_MAX] = '\0';
    assert_true(key_of(longest, &key));
    free(longest);
    char *id = malloc(1000);
    char signature[WEBHOOK_SIGNATURE_BYTES];
    memset(id, 'i', 999);
    id[999] = '\0';
    assert_false(webhook_sign(&key, id, 0, NULL, 0, signature));
    free(id);
}

static void test_webhook_verdict__every_status_has_one(void **state)
{
    (void)state;
    static const int32_t again[] = {0, 408, 425, 429};
    for (int32_t status = -1; status < 1000; status++) {
        pt_verdict expected = PT_VERDICT_REJECTED;
        if (status >= 200 && status < 300) {
            expected = PT_VERDICT_ACCEPTED;
        } else if (status == 410) {
            expected = PT_VERDICT_DISABLE;
        } else if (status >= 500 && status < 600) {
            expected = PT_VERDICT_RETRY;
        }
        for (size_t i = 0; i < sizeof again / sizeof again[0]; i++) {
            expected = status == again[i] ? PT_VERDICT_RETRY : expected;
        }
        assert_int_equal(webhook_verdict_of(status), expected);
    }
}

static void test_webhook_verdict__retry_after(void **state)
{
    (void)state;
    static const int64_t now_ms = 784111777000; // Sun, 06 Nov 1994 08:49:37 GMT

    static const struct {
        const char *value;
        const char *date;
        uint64_t ms;
    } cases[] = {
        {NULL, NULL, 0},
        {"120", NULL, 120000},
        {"0", NULL, 0},
        {"-5", NULL, 0},
        {"99999999999999", NULL, 31536000000},
        {"999999999999999999999999", NULL, 0},
        {"1.5", NULL, 0},
        {"soon", NULL, 0},
        {"", NULL, 0},
        {"Sun, 06 Nov 1994 08:50:07 GMT", NULL, 30000},
        {"Sun, 06 Nov 1994 08:49:07 GMT", NULL, 0},
        {"Sun, 06 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 08:50:00 GMT", 7000},
        {"Sun, 06 Nov 1994 08:50:07 GMT", "nonsense", 30000},
        {"Sun, 06 Nov 1994 08:50:07", NULL, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(webhook_verdict_wait(cases[i].value, cases[i].date, now_ms), cases[i].ms);
    }
}

static void test_webhook_verdict__headers_in_any_case(void **state)
{
    (void)state;
    const pt_http_response response = {
        .struct_size = sizeof response,
        .n_headers = 2,
        .header_names = (const char *const[]){"date", "Retry-After"},
        .header_values = (const char *const[]){"today", "5"},
    };
    assert_string_equal(webhook_verdict_header(&response, "retry-after"), "5");
    assert_string_equal(webhook_verdict_header(&response, "Date"), "today");
    assert_null(webhook_verdict_header(&response, "retry"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webhook_sign__the_published_example),
        cmocka_unit_test(test_webhook_sign__agrees_with_another_hmac),
        cmocka_unit_test(test_webhook_sign__keys),
        cmocka_unit_test(test_webhook_verdict__every_status_has_one),
        cmocka_unit_test(test_webhook_verdict__retry_after),
        cmocka_unit_test(test_webhook_verdict__headers_in_any_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
