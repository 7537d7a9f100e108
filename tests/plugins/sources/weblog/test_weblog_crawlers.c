// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The built-in robot list against the published list of crawlers' real user agents.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "tally.h"
#include "weblog_bot.h"

static cJSON *crawlers_load(void)
{
    FILE *in = fopen(tally_path("ua-crawlers/crawler-user-agents.json"), "rb");
    assert_non_null(in);
    char *text = malloc(4u << 20);
    size_t n = fread(text, 1, (4u << 20) - 1, in);
    text[n] = '\0';
    fclose(in);
    cJSON *list = cJSON_Parse(text);
    free(text);
    assert_non_null(list);
    return list;
}

static void test_weblog_crawlers__most_are_detected(void **state)
{
    (void)state;
    static struct weblog_bots bots;
    uint32_t n = 0;
    const char *const *texts = weblog_bot_builtin(&n);
    assert_true(weblog_bot_prepare(&bots, texts, n));
    cJSON *list = crawlers_load();
    uint64_t seen = 0;
    uint64_t detected = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *instance = NULL;
        cJSON_ArrayForEach(instance, cJSON_GetObjectItem(entry, "instances"))
        {
            const uint8_t *agent = (const uint8_t *)cJSON_GetStringValue(instance);
            struct weblog_bytes value = {agent, strlen((const char *)agent)};
            detected += weblog_bot_is(&bots, value) ? 1 : 0;
            seen++;
        }
    }
    cJSON_Delete(list);
    assert_int_equal(seen, 2116);
    print_message("%llu of %llu crawlers detected\n", (unsigned long long)detected,
                  (unsigned long long)seen);
    assert_true(detected * 100 >= seen * 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_crawlers__most_are_detected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
