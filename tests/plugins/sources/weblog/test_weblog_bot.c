// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "browsers.h"
#include "weblog_bot.h"

static struct weblog_bots bots;

static bool is_bot(const char *text)
{
    return weblog_bot_is(&bots, (struct weblog_bytes){(const uint8_t *)text, strlen(text)});
}

static void test_weblog_bot__own_list(void **state)
{
    (void)state;
    static const char *const list[] = {"bot", "spider", "Crawl", "curl/", "python-requests"};
    assert_true(weblog_bot_prepare(&bots, list, 5));
    assert_true(is_bot("Mozilla/5.0 (compatible; GoogleBOT/2.1)"));
    assert_true(is_bot("curl/7.88.1"));
    assert_true(is_bot("xcrawL"));
    assert_true(is_bot("CRAWL"));
    assert_false(is_bot("curl"));
    assert_false(is_bot("bo"));
    assert_false(is_bot(""));
    assert_false(weblog_bot_is(&bots, (struct weblog_bytes){NULL, 0}));
    assert_false(is_bot("Mozilla/5.0"));
}

static void test_weblog_bot__bad_lists(void **state)
{
    (void)state;
    static const char *const empty[] = {"bot", ""};
    static const char *many[WEBLOG_BOTS_MAX + 1];
    for (uint32_t i = 0; i <= WEBLOG_BOTS_MAX; i++) {
        many[i] = "x";
    }
    assert_false(weblog_bot_prepare(&bots, empty, 2));
    assert_false(weblog_bot_prepare(&bots, many, WEBLOG_BOTS_MAX + 1));
    assert_true(weblog_bot_prepare(&bots, many, WEBLOG_BOTS_MAX));
}

static void test_weblog_bot__builtin_list_spares_browsers(void **state)
{
    (void)state;
    uint32_t n = 0;
    const char *const *list = weblog_bot_builtin(&n);
    assert_true(weblog_bot_prepare(&bots, list, n));
    for (size_t i = 0; i < sizeof browsers / sizeof browsers[0]; i++) {
        if (is_bot(browsers[i])) {
            fail_msg("a browser is no robot: %s", browsers[i]);
        }
    }
    assert_true(is_bot("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"));
    assert_true(is_bot("Mozilla/5.00 (Nikto/2.1.5) (Evasions:None) (Test:Port Check)"));
    for (uint32_t i = 0; i < n; i++) {
        for (const char *p = list[i]; *p != '\0'; p++) {
            assert_true(*p < 'A' || *p > 'Z'); // written in lower case
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_bot__own_list),
        cmocka_unit_test(test_weblog_bot__bad_lists),
        cmocka_unit_test(test_weblog_bot__builtin_list_spares_browsers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
