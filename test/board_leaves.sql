-- Roles of test/board.sql, that an earlier run may have left
SET client_min_messages = warning;
DROP ROLE IF EXISTS board_officer, board_deputy, board_sponsor, board_member, board_owner, board_lead, board_second,
    board_third, board_guest;
RESET client_min_messages;
