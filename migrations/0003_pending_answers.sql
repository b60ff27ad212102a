CREATE TABLE `pending_answers` (
	`id` text PRIMARY KEY NOT NULL,
	`account` text NOT NULL,
	`document` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pending_answers_by_account` ON `pending_answers` (`account`);--> statement-breakpoint
CREATE INDEX `pending_answers_by_time` ON `pending_answers` (`created_at`);