CREATE TABLE `pending_files` (
	`file` text PRIMARY KEY NOT NULL,
	`pending_id` text NOT NULL,
	`index` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	FOREIGN KEY (`pending_id`) REFERENCES `pending_answers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `pending_files_by_question` ON `pending_files` (`pending_id`);--> statement-breakpoint
ALTER TABLE `unowned_files` ADD `was_owned` integer DEFAULT false NOT NULL;