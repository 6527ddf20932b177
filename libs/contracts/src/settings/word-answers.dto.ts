import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsOptional, Length, Matches } from 'class-validator';
import { NO_CONTROL, PLAIN } from '../request/recipient.dto.js';
import { ANSWERED_WORDS, ANSWER_LANGUAGES, type AnsweredWord, type AnswerLanguage } from './word-answers.js';

export class WordAnswersDto {
  @IsOptional() @IsIn(ANSWERED_WORDS, { each: true }) @ArrayUnique() @IsArray() words?: AnsweredWord[];
  @IsOptional() @Matches(NO_CONTROL, PLAIN) @Length(1, 60) sender?: string;
  @IsOptional() @Matches(NO_CONTROL, PLAIN) @Length(1, 100) contact?: string;
  @IsOptional() @IsIn(ANSWER_LANGUAGES) language?: AnswerLanguage;

  @IsOptional()
  @Matches(/^[a-z][a-z_]{0,31}$/, { each: true, message: 'each value in $property must be the key of a provider' })
  @ArrayMaxSize(20)
  @IsArray()
  answeredBy?: string[];
}
