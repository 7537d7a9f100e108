// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Who is who, worked out by hand: chains of contacts, shared values, limits, devices, what is
// known, and what each cut-off may know.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { CUSTOMER, EMAIL, PHONE, DEVICE, COOKIE };

enum { CRM, WEB };

// A CRM (customer, e-mail, phone), untimed, and a web log (customer, device, cookie).
static struct scene *shop(void)
{
    struct scene *s = scene_new();
    scene_namespace(s, "customer", NAMESPACE_PERSON);
    scene_namespace(s, "email", NAMESPACE_CONTACT);
    scene_namespace(s, "phone", NAMESPACE_CONTACT);
    scene_namespace(s, "device", NAMESPACE_DEVICE);
    scene_namespace(s, "cookie", NAMESPACE_DEVICE);
    scene_normalize(s, EMAIL, "lower(trim(value))");
    scene_source(s, "crm", "id:str email:str phone:str", NULL);
    scene_source(s, "web", "id:str device:str cookie:str at:time", "at");
    scene_id(s, CRM, CUSTOMER, "id");
    scene_id(s, CRM, EMAIL, "email");
    scene_id(s, CRM, PHONE, "phone");
    scene_id(s, WEB, CUSTOMER, "id");
    scene_id(s, WEB, DEVICE, "device");
    scene_id(s, WEB, COOKIE, "cookie");
    scene_cutoff(s, 1000);
    scene_feature(s, "crm", AGGREGATE_COUNT, CRM, NULL, NULL);
    scene_feature(s, "web", AGGREGATE_COUNT, WEB, NULL, NULL);
    return s;
}

static const struct scene_run no_ids = {.no_ids = true};

static void test_people__contacts_chain_into_one_profile(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_row(s, CRM, "c5|A@x |111"); // c5 -a@x- c4 -222- c3; the name is the smallest customer
    scene_row(s, CRM, "c4|a@x|222");
    scene_row(s, CRM, "c3|~|222");
    scene_row(s, CRM, "c9|b@x|333");
    scene_row(s, CRM, "~|z@x|444"); // contacts only: the smallest contact, e-mail before phone
    scene_row(s, CRM, "~|y@x|444");
    scene_expect(s, NULL,
                 "profile|crm|web|@customer|@email|@phone|@device|@cookie\n"
                 "c3|3|0|c3|a@x|222|~|~\n"
                 "c9|1|0|c9|b@x|333|~|~\n"
                 "y@x|2|0|~|y@x|444|~|~\n"
                 "crm: 6 = 6 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 0 = 0 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_people__rejected_values_never_link(void **state)
{
    (void)state;
    struct scene *s = shop();
    const char *const junk[] = {"call-centre"};
    scene_namespace_at(s, PHONE)->has_reject = true;
    scene_namespace_at(s, PHONE)->reject = junk;
    scene_namespace_at(s, PHONE)->n_reject = 1;
    scene_row(s, CRM, "a| Anonymous |call-centre");
    scene_row(s, CRM, "b|anonymous|call-centre");
    scene_row(s, CRM, "c|-|~");
    scene_row(s, CRM, "d|-|");
    scene_row(s, CRM, "e|0000|");
    scene_row(s, CRM, "f|0000|anonymous"); // the site's list replaces the built-in one
    scene_row(s, CRM, "g|NULL|anonymous");
    scene_row(s, CRM, "h|null|7");
    scene_row(s, CRM, "-|~|~");
    scene_row(s, CRM, "00000000-0000-0000-0000-000000000000|~|~");
    scene_expect(s, NULL,
                 "profile|crm|web|@customer|@email|@phone|@device|@cookie\n"
                 "a|1|0|a|~|~|~|~\n"
                 "b|1|0|b|~|~|~|~\n"
                 "c|1|0|c|~|~|~|~\n"
                 "d|1|0|d|~|~|~|~\n"
                 "e|1|0|e|~|~|~|~\n"
                 "f|2|0|f|~|anonymous|~|~\n"
                 "h|1|0|h|~|7|~|~\n"
                 "crm: 10 = 8 used 0 filtered 2 unmatched 0 outside\n"
                 "web: 0 = 0 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_people__a_limit_refuses_links_in_order(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_spec(s)->ids_per_profile = 3;
    // In order: a-p, b-p, c-m, c-p would make five, d-m, d-q would make four.
    scene_row(s, CRM, "c|m@x|p");
    scene_row(s, CRM, "b|~|p");
    scene_row(s, CRM, "d|m@x|~");
    scene_row(s, CRM, "a|~|p");
    scene_row(s, CRM, "d|q@x|~"); // q is left alone, but no row is its own: it is no profile
    scene_expect(s, &no_ids,
                 "profile|crm|web\n"
                 "a|2|0\n"
                 "c|3|0\n"
                 "refused 2 shared 0\n"
                 "crm: 5 = 5 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 0 = 0 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

static void test_people__links_tell_why(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_spec(s)->ids_per_profile = 3;
    scene_row(s, CRM, "c|m@x|p");
    scene_row(s, CRM, "b|~|p");
    scene_row(s, CRM, "b|~|p");
    scene_row(s, CRM, "a|~|p");
    scene_row(s, WEB, "b|d1|k1|1");
    scene_row(s, WEB, "b|d1|~|2");
    scene_row(s, WEB, "a|d1|~|3");
    scene_row(s, WEB, "b|d1|~|1000"); // too late for this cut-off
    scene_row(s, WEB, "~|d0|~|4");    // seen with nobody
    char *links = scene_links(s, 0);
    // The order of edges decides: a-p, b-p, then c-m@x; c-p would make five of three and two.
    assert_string_equal(links, "customer:a -- phone:p rows 1 first crm 3\n"
                               "customer:b -- phone:p rows 2 first crm 1\n"
                               "customer:c -- email:m@x rows 1 first crm 0\n"
                               "customer:c -- phone:p rows 1 first crm 0 refused\n"
                               "customer:b <- device:d1 rows 2 first web 0\n"
                               "customer:b <- cookie:k1 rows 1 first web 0\n");
    free(links);
    scene_free(s);
}

static void test_people__a_device_goes_with_the_majority(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_row(s, CRM, "a|s@x|1");
    scene_row(s, CRM, "b|~|2");
    scene_row(s, CRM, "c|s@x|3"); // one profile with a
    // d1: c twice, b three times, a once: votes are for identifiers, so b has most.
    const char *const votes[] = {"c|d1|~|1", "c|d1|~|2", "b|d1|~|3", "b|d1|~|4",
                                 "b|d1|~|5", "a|d1|~|6", "b|d2|~|1", "a|d2|~|2"};
    for (size_t i = 0; i < sizeof votes / sizeof votes[0]; i++) {
        scene_row(s, WEB, votes[i]);
    }
    scene_row(s, WEB, "~|d1|~|10");  // b's
    scene_row(s, WEB, "~|d2|~|10");  // one each: the smallest, a's
    scene_row(s, WEB, "~|d3|d1|10"); // d3 is nobody's, a cookie is not a device
    scene_row(s, WEB, "~|~|~|10");
    scene_expect(s, &no_ids,
                 "profile|crm|web\n"
                 "a|2|5\n"
                 "b|1|5\n"
                 "refused 0 shared 2\n"
                 "crm: 3 = 3 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 12 = 10 used 0 filtered 2 unmatched 0 outside\n");
    scene_free(s);
}

static void test_people__shared_devices_may_be_nobodys(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_spec(s)->shared_device = SHARED_ANONYMOUS;
    scene_row(s, CRM, "a|s@x|1");
    scene_row(s, CRM, "b|~|2");
    scene_row(s, CRM, "c|s@x|3");
    scene_row(s, WEB, "a|d1|~|1");
    scene_row(s, WEB, "c|d1|~|2"); // a and c are one person: not shared
    scene_row(s, WEB, "a|d2|~|3");
    scene_row(s, WEB, "b|d2|~|4");
    scene_row(s, WEB, "~|d1|~|5");
    scene_row(s, WEB, "~|d2|~|6"); // nobody's
    scene_row(s, WEB, "~|d2|k|7"); // the cookie decides
    scene_row(s, WEB, "b|~|k|8");
    scene_expect(s, NULL,
                 "profile|crm|web|@customer|@email|@phone|@device|@cookie\n"
                 "a|2|4|a|s@x|1|d1|~\n"
                 "b|1|3|b|~|2|d2|k\n"
                 "refused 0 shared 1\n"
                 "crm: 3 = 3 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 8 = 7 used 0 filtered 1 unmatched 0 outside\n");
    scene_free(s);
}

static void test_people__unknown_identifiers_count_as_none(void **state)
{
    (void)state;
    struct scene *s = shop();
    scene_namespace_at(s, CUSTOMER)->known_in = CRM;
    scene_row(s, CRM, "a|~|1");
    scene_row(s, WEB, "a|d1|~|1");
    scene_row(s, WEB, "ghost|d1|~|2"); // the device decides
    scene_row(s, WEB, "ghost|d1|~|3"); // and a ghost has no vote
    scene_row(s, WEB, "ghost|d2|~|4");
    scene_row(s, WEB, "ghost|~|~|5");
    scene_expect(s, &no_ids,
                 "profile|crm|web\n"
                 "a|1|3\n"
                 "crm: 1 = 1 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 5 = 3 used 0 filtered 2 unmatched 0 outside\n");
    scene_free(s);
}

static void test_people__each_cutoff_knows_its_past_only(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t email = scene_namespace(s, "email", NAMESPACE_CONTACT);
    uint32_t device = scene_namespace(s, "device", NAMESPACE_DEVICE);
    uint32_t app = scene_source(s, "app", "id:str email:str device:str at:time", "at");
    scene_id(s, app, customer, "id");
    scene_id(s, app, email, "email");
    scene_id(s, app, device, "device");
    scene_cutoff(s, 100);
    scene_cutoff(s, 200);
    scene_feature(s, "n", AGGREGATE_COUNT, app, NULL, NULL);
    struct profile_feature *f = scene_feature(s, "next", AGGREGATE_COUNT, app, NULL, NULL);
    f->is_label = true;
    f->after_us = 50 * SCENE_SECOND;
    scene_row(s, app, "b|~|d|10");
    scene_row(s, app, "a|~|d|120");
    scene_row(s, app, "a|~|d|121");
    scene_row(s, app, "~|~|d|130"); // at 100 b's, at 200 a's
    scene_row(s, app, "b|m@x|~|140");
    scene_row(s, app, "c|m@x|~|199"); // c joins b from 200 on
    scene_row(s, app, "c|~|~|220");
    scene_row(s, app, "new|~|~|249"); // never seen before: no profile to label
    scene_row(s, app, "b|~|~|250");   // after every window
    // At 100 only b is there: labels 130 and 140 are b's, 120 and 121 a's, who is not there yet.
    // At 200: a has 120, 121, 130; b with c has 10, 140, 199 and the label of 220.
    scene_expect(s, &no_ids,
                 "profile|n|next\n"
                 "b|1|2\n"
                 "profile|n|next\n"
                 "a|3|0\n"
                 "b|3|1\n"
                 "refused 0 shared 1\n"
                 "app: 9 = 7 used 0 filtered 1 unmatched 1 outside\n");
    scene_free(s);
}

static void test_people__two_person_namespaces(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t card = scene_namespace(s, "card", NAMESPACE_PERSON);
    uint32_t account = scene_namespace(s, "account", NAMESPACE_PERSON);
    uint32_t till = scene_source(s, "till", "card:str account:i64", NULL);
    scene_id(s, till, account, "account");
    scene_id(s, till, card, "card");
    scene_cutoff(s, INT64_MAX);
    scene_feature(s, "n", AGGREGATE_COUNT, till, NULL, NULL);
    scene_row(s, till, "~|10");
    scene_row(s, till, "~|9"); // numbers of a column are texts: "10" before "9"
    scene_row(s, till, "z|9");
    scene_row(s, till, "z|-3");
    scene_row(s, till, "y|~");
    // Cards come first in the spec, so a card names a profile, whatever its accounts.
    scene_expect(s, NULL,
                 "profile|n|@card|@account\n"
                 "y|1|y|~\n"
                 "z|3|z|-3\n"
                 "10|1|~|10\n"
                 "till: 5 = 5 used 0 filtered 0 unmatched 0 outside\n");
    scene_free(s);
}

// The example of docs/identity.md.
static void test_people__the_example_of_the_manual(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t email = scene_namespace(s, "email", NAMESPACE_CONTACT);
    uint32_t cookie = scene_namespace(s, "cookie", NAMESPACE_DEVICE);
    uint32_t crm = scene_source(s, "crm", "id:str email:str", NULL);
    uint32_t web = scene_source(s, "web", "id:str uid:str at:time", "at");
    scene_namespace_at(s, customer)->known_in = (int32_t)crm;
    scene_normalize(s, email, "lower(trim(value))");
    scene_id(s, crm, customer, "id");
    scene_id(s, crm, email, "email");
    scene_id(s, web, customer, "id");
    scene_id(s, web, cookie, "uid");
    scene_cutoff(s, 1000);
    scene_feature(s, "rows in crm", AGGREGATE_COUNT, crm, NULL, NULL);
    scene_feature(s, "rows in web", AGGREGATE_COUNT, web, NULL, NULL);
    scene_row(s, crm, "c2|Ann@example.com");
    scene_row(s, crm, "c1|ann@example.com");
    scene_row(s, crm, "c3|-");
    scene_row(s, crm, "~|zoe@example.com");
    scene_row(s, web, "c2|k1|1");
    scene_row(s, web, "~|k1|2");
    scene_row(s, web, "c2|k1|3");
    scene_row(s, web, "c3|k1|4");
    scene_row(s, web, "ghost|k1|5");
    scene_row(s, web, "~|k2|6");
    scene_expect(s, &no_ids,
                 "profile|rows in crm|rows in web\n"
                 "c1|2|4\n"
                 "c3|1|1\n"
                 "zoe@example.com|1|0\n"
                 "refused 0 shared 1\n"
                 "crm: 4 = 4 used 0 filtered 0 unmatched 0 outside\n"
                 "web: 6 = 5 used 0 filtered 1 unmatched 0 outside\n");
    char *links = scene_links(s, 0);
    assert_string_equal(links, "customer:c1 -- email:ann@example.com rows 1 first crm 1\n"
                               "customer:c2 -- email:ann@example.com rows 1 first crm 0\n"
                               "customer:c2 <- cookie:k1 rows 2 first web 0\n");
    free(links);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people__contacts_chain_into_one_profile),
        cmocka_unit_test(test_people__rejected_values_never_link),
        cmocka_unit_test(test_people__a_limit_refuses_links_in_order),
        cmocka_unit_test(test_people__links_tell_why),
        cmocka_unit_test(test_people__a_device_goes_with_the_majority),
        cmocka_unit_test(test_people__shared_devices_may_be_nobodys),
        cmocka_unit_test(test_people__unknown_identifiers_count_as_none),
        cmocka_unit_test(test_people__each_cutoff_knows_its_past_only),
        cmocka_unit_test(test_people__two_person_namespaces),
        cmocka_unit_test(test_people__the_example_of_the_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
